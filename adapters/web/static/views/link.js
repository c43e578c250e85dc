// @ts-check
// The state of the connection in words, and the door that stands open, ajar or shut with it.

import { wait } from '../core/words.js';
import { h, setAttribute, write } from './dom.js';

/** @typedef {import('../core/socket.js').LinkStatus} LinkStatus */

/**
 * @param {LinkStatus} status
 * @param {number} now
 */
export function inWords(status, now) {
  switch (status.state) {
    case 'connected': return 'Connected';
    case 'connecting': return 'Connecting…';
    case 'waiting': return `Reconnecting in ${wait(((status.retryAt ?? now) - now) / 1000)}…`;
    case 'offline': return 'Offline';
    case 'stopped': return 'Disconnected';
    default: return 'Signed out';
  }
}

export class LinkState {
  /** @param {() => void} reconnect */
  constructor(reconnect) {
    this.words = h('span', { class: 'link-words', 'aria-hidden': 'true' });
    this.said = h('span', { class: 'hidden', role: 'status' });
    this.why = h('span', { class: 'link-why' });
    this.button = h('button', { class: 'small', type: 'button', hidden: true, onclick: reconnect }, 'Reconnect now');
    this.element = h('div', { class: 'link' }, h('span', { class: 'link-dot', 'aria-hidden': 'true' }), this.words, this.said, this.button);
    this.banner = h('div', { class: 'banner', hidden: true }, this.why);
  }

  /**
   * @param {LinkStatus} status
   * @param {number} now
   */
  draw(status, now) {
    document.documentElement.dataset.link = status.state;
    write(this.words, inWords(status, now));
    write(this.said, status.state === 'waiting' ? 'Reconnecting' : inWords(status, now)); // not every second of the count-down
    const away = status.state === 'waiting' || status.state === 'stopped' || status.state === 'offline';
    setAttribute(this.button, 'hidden', !away);
    setAttribute(this.banner, 'hidden', status.state !== 'stopped');
    write(this.why, status.why ?? '');
  }
}
