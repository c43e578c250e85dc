// @ts-check
// The list of threads: beside the conversation, or in a drawer on narrow screens.

import { DRAFT } from '../core/store.js';
import { ago } from '../core/words.js';
import { h, keep, setAttribute, write } from './dom.js';
import { door, icon } from './icons.js';
import { themeSwitch } from './theme.js';

/** @typedef {import('../core/protocol.js').Thread} Thread */

/** @param {string} threadId */
export const address = (threadId) => (threadId === DRAFT ? '#/' : `#/t/${encodeURIComponent(threadId)}`);

export class Threads {
  /** @param {{more: () => void, logOut: () => void}} does */
  constructor(does) {
    this.list = h('ul', { class: 'threads', onkeydown: (/** @type {KeyboardEvent} */ e) => this.#rove(e) });
    this.empty = h('p', { class: 'threads-empty' }, 'Your conversations will be listed here.');
    this.more = h('button', { class: 'quiet', type: 'button', hidden: true, onclick: does.more }, 'Show older ones');
    this.fresh = h('a', { class: 'new-thread', href: '#/' }, icon('plus'), 'New conversation');
    this.name = h('span', { class: 'user-name' });
    this.element = h('nav', { class: 'sidebar', id: 'sidebar', 'aria-label': 'Conversations' },
      h('a', { class: 'brand', href: '#/' }, door(), h('span', {}, 'Soledoor')),
      this.fresh,
      h('div', { class: 'threads-box' }, this.list, this.empty, this.more),
      h('div', { class: 'sidebar-foot' }, this.name, themeSwitch(),
        h('button', { class: 'icon-button', type: 'button', 'aria-label': 'Log out', title: 'Log out', onclick: does.logOut }, icon('leave'))));
  }

  /**
   * @param {import('../core/store.js').Store} store
   * @param {number} now
   */
  draw(store, now) {
    const busy = new Set(store.activeRuns().map((run) => run.threadId));
    write(this.name, store.me?.name ?? '');
    keep(this.list, store.threads, (thread) => thread.thread_id, (thread) => this.#item(thread),
      (item, thread) => this.#update(item, thread, store.open, busy, now));
    this.#one();
    setAttribute(this.empty, 'hidden', store.threads.length > 0);
    setAttribute(this.more, 'hidden', store.threadsNext === null);
    setAttribute(this.fresh, 'aria-current', store.open === DRAFT ? 'page' : null);
  }

  /** @param {Thread} thread */
  #item(thread) {
    return h('li', {}, h('a', { href: address(thread.thread_id) },
      h('span', { class: 'thread-title', dir: 'auto' }), h('span', { class: 'thread-time' })));
  }

  /**
   * @param {HTMLElement} item
   * @param {Thread} thread
   * @param {string} open
   * @param {Set<string>} busy
   * @param {number} now
   */
  #update(item, thread, open, busy, now) {
    const [link] = item.children;
    const [title, time] = link?.children ?? [];
    if (!link || !title || !time) return;
    write(title, thread.title || 'New conversation');
    write(time, busy.has(thread.thread_id) ? 'working…' : ago(Date.parse(thread.created_at), now));
    item.classList.toggle('busy', busy.has(thread.thread_id));
    setAttribute(link, 'aria-current', thread.thread_id === open ? 'page' : null);
  }

  #links() {
    return [...this.list.querySelectorAll('a')];
  }

  /** The list is one stop of the Tab key; arrows move inside it. */
  #one() {
    const links = this.#links();
    const chosen = links.find((link) => link === document.activeElement)
      ?? links.find((link) => link.hasAttribute('aria-current')) ?? links[0];
    for (const link of links) link.tabIndex = link === chosen ? 0 : -1;
  }

  /** @param {KeyboardEvent} event */
  #rove(event) {
    const links = this.#links();
    const at = links.findIndex((link) => link === document.activeElement);
    /** @type {Record<string, number>} */
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: links.length - 1 };
    const next = to[event.key];
    if (next === undefined || at < 0) return;
    event.preventDefault();
    links[Math.max(0, Math.min(next, links.length - 1))]?.focus();
    this.#one();
  }
}
