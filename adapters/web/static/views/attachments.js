// @ts-check
// The files that go with the next question: uploaded at once, shown with how far they are, removable.

import { Problem, request, upload } from '../core/api.js';
import { FILE_BYTES } from '../core/protocol.js';
import { problemText, size } from '../core/words.js';
import { h, keep, setAttribute, write } from './dom.js';
import { icon } from './icons.js';

/** @typedef {{id: number, name: string, bytes: number, share: number, fileId: string, wrong: string, abort: () => void}} Upload */

const TEXTS = '.csv,.tsv,.txt,.md,.json,.log,text/csv,text/plain';
const READABLE = /\.(csv|tsv|txt|md|json|log|xml|ya?ml|ini|toml)$/i;

export class Attachments {
  /** @param {() => void} changed */
  constructor(changed) {
    this.changed = changed;
    this.count = 0;
    /** @type {Upload[]} */
    this.uploads = [];
    this.list = h('ul', { class: 'chips', 'aria-label': 'Attached files', hidden: true });
    this.input = h('input', { type: 'file', class: 'hidden', accept: TEXTS, multiple: true, tabindex: '-1', 'aria-label': 'Files to attach',
      onchange: () => { this.add([...(this.input.files ?? [])]); this.input.value = ''; } });
    this.button = h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Attach a CSV or text file', title: 'Attach a CSV or text file',
      onclick: () => this.input.click() }, icon('attach'));
  }

  /** @returns {import('../core/conversation.js').Attached[]} */
  ready() {
    return this.uploads.filter((one) => one.fileId).map((one) => ({ file_id: one.fileId, name: one.name }));
  }

  busy() {
    return this.uploads.some((one) => !one.fileId && !one.wrong);
  }

  clear() {
    this.uploads = [];
    this.#draw();
  }

  /** @param {HTMLElement} area */
  dropOn(area) {
    area.addEventListener('dragover', (event) => { event.preventDefault(); area.classList.add('dropping'); });
    area.addEventListener('dragleave', () => area.classList.remove('dropping'));
    area.addEventListener('drop', (event) => {
      event.preventDefault();
      area.classList.remove('dropping');
      this.add([...(event.dataTransfer?.files ?? [])]);
    });
  }

  /** @param {File[]} files */
  add(files) {
    for (const file of files) void this.#upload(file);
  }

  /** @param {File} file */
  async #upload(file) {
    this.count += 1;
    /** @type {Upload} */
    const one = { id: this.count, name: file.name, bytes: file.size, share: 0, fileId: '', wrong: unfit(file), abort: () => undefined };
    this.uploads.push(one);
    this.#draw();
    if (one.wrong) return;
    const sending = upload(file, (share) => { one.share = share; this.#draw(); });
    one.abort = sending.abort;
    try {
      one.fileId = (await sending.done).file_id;
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      one.wrong = problemText(problem);
    }
    this.#draw();
  }

  /** @param {Upload} one */
  #remove(one) {
    this.uploads = this.uploads.filter((other) => other !== one);
    one.abort();
    if (one.fileId) request('DELETE', `/api/files/${encodeURIComponent(one.fileId)}`).catch(() => undefined);
    this.#draw();
    this.button.focus();
  }

  #draw() {
    keep(this.list, this.uploads, (one) => String(one.id), (one) => this.#chip(one), (chip, one) => this.#update(chip, one));
    setAttribute(this.list, 'hidden', this.uploads.length === 0);
    this.changed();
  }

  /** @param {Upload} one */
  #chip(one) {
    const remove = h('button', { type: 'button', 'aria-label': `Remove ${one.name}`, onclick: () => this.#remove(one) }, icon('close'));
    return h('li', { class: 'chip' }, icon('file'), h('bdi', {}, one.name), h('span', { class: 'chip-state', role: 'status' }), remove);
  }

  /**
   * @param {HTMLElement} chip
   * @param {Upload} one
   */
  #update(chip, one) {
    const state = chip.querySelector('.chip-state');
    if (state) write(state, one.wrong || (one.fileId ? size(one.bytes) : `${Math.round(one.share * 100)} %`));
    chip.classList.toggle('wrong', one.wrong !== '');
    chip.style.setProperty('--share', `${one.fileId ? 100 : one.share * 100}%`);
  }
}

/** @param {File} file */
function unfit(file) {
  if (file.size > FILE_BYTES) return `is ${size(file.size)}; at most 10 MiB can be read`;
  if (!file.type.startsWith('text/') && !READABLE.test(file.name)) return 'is not a text or CSV file';
  return file.size === 0 ? 'is empty' : '';
}
