// @ts-check
// What is said beside the conversation: to screen readers, and as notices that stay until they are read.

import { h, keep } from './dom.js';
import { icon } from './icons.js';

const NOTICE_MS = 12_000;

export class Announcer {
  constructor() {
    this.spoken = h('p', { class: 'hidden', role: 'status' });
    this.notices = h('div', { class: 'notices', role: 'region', 'aria-label': 'Notices' });
    this.element = h('div', {}, this.spoken, this.notices);
  }

  /** @param {string} text */
  say(text) {
    this.spoken.textContent = text;
  }

  /**
   * @param {{id: number, text: string}[]} notices
   * @param {(id: number) => void} remove
   */
  draw(notices, remove) {
    keep(this.notices, notices, ({ id }) => String(id), ({ id, text }) => {
      window.setTimeout(() => remove(id), NOTICE_MS);
      return h('div', { class: 'notice' }, h('span', { role: 'alert' }, text),
        h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Dismiss', onclick: () => remove(id) }, icon('close')));
    }, () => undefined);
  }
}
