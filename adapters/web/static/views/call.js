// @ts-check
// A tool call in detail: what the event told, cut to size, and on demand everything the server kept.

import { Problem, request } from '../core/api.js';
import { pretty, problemText } from '../core/words.js';
import { h, put, setAttribute, write } from './dom.js';

let made = 0;

export class CallDetails {
  /**
   * @param {string} runId
   * @param {string} callId
   */
  constructor(runId, callId) {
    this.path = `/api/runs/${encodeURIComponent(runId)}/calls/${encodeURIComponent(callId)}`;
    this.whole = false;
    this.given = code('Arguments');
    this.got = code('Result');
    this.note = h('span', { class: 'call-note', role: 'status' });
    this.button = h('button', { class: 'small', type: 'button', onclick: () => this.#load() }, 'Show everything');
    this.row = h('div', { class: 'call-row' }, this.button, this.note);
    made += 1;
    this.element = h('div', { class: 'call', id: `call-${made}`, hidden: true }, this.given.element, this.got.element, this.row);
    this.toggle = h('button', { class: 'call-toggle', type: 'button', 'aria-expanded': 'false', 'aria-controls': `call-${made}`, onclick: () => this.#fold() }, 'Details');
  }

  /** @param {import('../core/run.js').Step} step */
  draw(step) {
    setAttribute(this.toggle, 'aria-label', `Details of ${step.title}`);
    setAttribute(this.row, 'hidden', step.state === 'going');
    if (!this.whole) this.#show(step.parameters, step.error ?? step.result, step.state !== 'going');
  }

  /**
   * @param {unknown} given
   * @param {unknown} got
   * @param {boolean} ended
   */
  #show(given, got, ended) {
    write(this.given.text, pretty(given));
    write(this.got.text, ended ? pretty(got) : '');
    setAttribute(this.got.element, 'hidden', !ended);
  }

  #fold() {
    this.element.hidden = !this.element.hidden;
    setAttribute(this.toggle, 'aria-expanded', String(!this.element.hidden));
  }

  async #load() {
    this.button.disabled = true;
    try {
      const call = await request('GET', this.path);
      this.whole = true;
      this.#show(call.arguments, call.error ?? call.result, true);
      put(this.row, h('span', { class: 'call-note', role: 'status' }, 'This is everything; secrets are blacked out.'));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      write(this.note, problem.status === 404 ? 'The whole call is no longer kept.' : problemText(problem));
      this.button.disabled = false;
    }
  }
}

/** @param {string} label */
function code(label) {
  const text = h('code', {});
  const element = h('div', { class: 'call-part' }, h('span', { class: 'call-label' }, label),
    h('pre', { tabindex: '0', role: 'region', 'aria-label': label }, text));
  return { element, text };
}
