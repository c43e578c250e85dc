// @ts-check
// The open thread: its turns, the welcome of an empty one, and when the view follows what is new.

import { DRAFT } from '../core/store.js';
import { h, keep, setAttribute } from './dom.js';
import { door, icon } from './icons.js';
import { TurnView } from './turn.js';

/** @typedef {import('../core/store.js').Store} Store */

const NEAR = 80; // pixels from the end that still count as being there

const EXAMPLES = [
  'What is 17 % of 2,340, and what time is it in Tokyo?',
  'How many miles are 42.195 km?',
  'When it is 9:00 in London, what time is it in New York?',
  'Note that the spare key is with Ada.',
];

/** @type {Record<string, string>} */
const STATES = {
  loading: 'Opening the conversation…',
  missing: 'There is no such conversation here. It may be somebody else’s, or it is gone.',
  failed: 'The conversation could not be loaded.',
};

export class Conversation {
  /** @param {{ask: (text: string) => void, older: () => void, reload: () => void}} does */
  constructor(does) {
    this.shown = '';
    this.follows = true;
    this.turns = h('div', { class: 'turns' });
    this.older = h('button', { class: 'quiet', type: 'button', onclick: does.older }, 'Show earlier messages');
    this.welcome = h('section', { class: 'welcome', 'aria-labelledby': 'welcome-title' },
      door(), h('h2', { id: 'welcome-title' }, 'Ask, and watch it being done.'),
      h('p', {}, 'Every tool is called through one door. You see each step as it happens, and can stop it at any time.'),
      h('ul', { class: 'examples', 'aria-label': 'Examples' }, ...EXAMPLES.map((text) => h('li', {},
        h('button', { type: 'button', onclick: () => does.ask(text) }, h('span', {}, text), icon('chevron'))))));
    this.words = h('p', {});
    this.reload = h('button', { class: 'small', type: 'button', onclick: does.reload }, 'Try again');
    this.state = h('div', { class: 'conversation-state' }, this.words, this.reload);
    this.latest = h('button', { class: 'to-latest', type: 'button', hidden: true, 'aria-label': 'Go to the newest', onclick: () => this.toEnd() }, icon('down'));
    this.column = h('div', { class: 'column' }, this.older, this.state, this.welcome, this.turns);
    this.scroller = h('div', { class: 'scroller', onscroll: () => this.#scrolled() }, this.column);
    this.element = h('section', { class: 'conversation', 'aria-label': 'Conversation' }, this.scroller, this.latest);
    new ResizeObserver(() => this.#follow()).observe(this.column);
  }

  toEnd() {
    this.follows = true;
    this.#follow();
  }

  /**
   * @param {Store} store
   * @param {number} now
   */
  draw(store, now) {
    if (this.shown !== store.open) this.follows = true;
    this.shown = store.open;
    const conversation = store.conversation(store.open);
    const turns = store.turns(store.open);
    setAttribute(this.older, 'hidden', conversation.state !== 'ready' || conversation.next === null);
    this.state.hidden = conversation.state === 'ready' || turns.length > 0;
    this.words.textContent = STATES[conversation.state] ?? '';
    this.reload.hidden = conversation.state !== 'failed';
    this.welcome.hidden = turns.length > 0 || (store.open !== DRAFT && conversation.state !== 'ready');
    const serverNow = store.serverTime(now);
    keep(this.turns, turns, (turn) => turn.question?.messageId ?? `run ${turn.runId}`, () => new TurnView(),
      (view, turn) => view.draw(turn, now, serverNow));
    this.#follow();
  }

  #follow() {
    if (this.follows) this.scroller.scrollTop = this.scroller.scrollHeight;
    this.latest.hidden = this.follows || this.#left() < NEAR;
  }

  #scrolled() {
    this.follows = this.#left() < NEAR;
    this.latest.hidden = this.follows;
  }

  #left() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
  }
}
