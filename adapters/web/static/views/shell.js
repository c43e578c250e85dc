// @ts-check
// The rooms of the page once somebody is in: threads, the open conversation, the composer.

import { DRAFT } from '../core/store.js';
import { Composer } from './composer.js';
import { Conversation } from './conversation.js';
import { h, setAttribute, write } from './dom.js';
import { icon } from './icons.js';
import { LinkState } from './link.js';
import { Threads } from './threads.js';

/** @typedef {import('../core/store.js').Store} Store */
/** @typedef {import('../core/session.js').Session} Session */

export class Shell {
  /**
   * @param {Store} store
   * @param {Session} session
   */
  constructor(store, session) {
    this.store = store;
    this.session = session;
    this.opened = DRAFT;
    this.link = new LinkState(() => session.reconnect());
    this.threads = new Threads({ more: () => void session.loading.threads(true), logOut: () => void session.logOut() });
    this.composer = new Composer({
      ask: (text, agent, files) => this.#ask(text, agent, files), fits: (text) => session.outbox.fits(text),
    });
    this.conversation = new Conversation({
      ask: (text) => this.#ask(text, '', []), older: () => void session.loading.messages(store.open, true),
      reload: () => void session.openThread(store.open),
    });
    this.title = h('h1', { class: 'title', dir: 'auto' });
    this.menu = h('button', { class: 'icon-button menu', type: 'button', 'aria-label': 'Conversations', 'aria-expanded': 'false', 'aria-controls': 'sidebar', onclick: () => this.openDrawer() }, icon('menu'));
    this.main = h('main', { class: 'main', id: 'main', tabindex: '-1' },
      h('header', { class: 'head' }, this.menu, this.title, this.link.element), this.link.banner,
      this.conversation.element, this.composer.element);
    this.shade = h('div', { class: 'shade', onclick: () => this.closeDrawer() });
    this.elements = [h('a', { class: 'skip', href: '#question', onclick: (/** @type {Event} */ e) => this.#skip(e) }, 'Skip to the question'),
      h('div', { class: 'shell' }, this.threads.element, this.shade, this.main)];
    this.#listen();
  }

  focus() {
    this.composer.focus();
  }

  /** @param {number} now */
  draw(now) {
    const { store } = this;
    this.#opened();
    const thread = store.threads.find((one) => one.thread_id === store.open);
    const title = store.open === DRAFT ? 'New conversation' : thread?.title || 'Conversation';
    write(this.title, title);
    document.title = `${title.slice(0, 60)} · Soledoor`;
    this.link.draw(store.link, now);
    this.threads.draw(store, now);
    this.conversation.draw(store, now);
    this.composer.draw(store);
  }

  openDrawer() {
    document.documentElement.dataset.drawer = 'open';
    setAttribute(this.menu, 'aria-expanded', 'true');
    this.main.inert = true;
    this.threads.fresh.focus();
  }

  closeDrawer() {
    if (document.documentElement.dataset.drawer !== 'open') return;
    delete document.documentElement.dataset.drawer;
    setAttribute(this.menu, 'aria-expanded', 'false');
    this.main.inert = false;
    this.menu.focus();
  }

  /** Another thread was opened: the cursor goes to where its next question is written. */
  #opened() {
    if (this.opened === this.store.open) return;
    this.opened = this.store.open;
    if (matchMedia('(hover: hover)').matches) this.composer.focus();
  }

  /**
   * @param {string} text
   * @param {string} agent
   * @param {import('../core/conversation.js').Attached[]} files
   */
  #ask(text, agent, files) {
    this.session.ask(text, agent, files);
    this.conversation.toEnd();
    this.composer.focus();
  }

  #listen() {
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ act) => this.main.addEventListener(
      name, (event) => act(/** @type {CustomEvent} */ (event).detail));
    on('cancel-run', ({ run }) => { this.session.cancel(run.runId); this.composer.focus(); });
    on('decide-call', ({ callId, decision }) => this.session.decide(callId, decision));
    on('send-again', (question) => this.session.outbox.again(question));
    on('ask-again', (question) => this.#ask(question.content, question.agent, question.files));
    document.addEventListener('keydown', (event) => { if (event.key === 'Escape') this.closeDrawer(); });
    matchMedia('(min-width: 56rem)').addEventListener('change', () => this.closeDrawer());
  }

  /** @param {Event} event the address stays the thread's */
  #skip(event) {
    event.preventDefault();
    this.composer.focus();
  }
}
