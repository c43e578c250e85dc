// @ts-check
// Where a question is written: text, files, and which agent is asked.

import { h, put, setAttribute, write } from './dom.js';
import { icon } from './icons.js';
import { Attachments } from './attachments.js';

/** @typedef {import('../core/store.js').Store} Store */

const GROWS = CSS.supports('field-sizing', 'content'); // then the text area grows without help

export class Composer {
  /** @param {{ask: (text: string, agent: string, files: import('../core/conversation.js').Attached[]) => void, fits: (text: string) => boolean}} does */
  constructor(does) {
    this.does = does;
    this.blocked = false;
    this.agents = '';
    this.text = h('textarea', {
      id: 'question', rows: '1', placeholder: 'Ask something…', 'aria-describedby': 'composer-note', enterkeyhint: 'send',
      onkeydown: (/** @type {KeyboardEvent} */ e) => this.#key(e), oninput: () => this.#typed(),
    });
    this.attachments = new Attachments(() => this.#typed());
    this.agent = h('select', { id: 'agent' });
    this.send = h('button', { class: 'send', type: 'submit', 'aria-label': 'Send' }, icon('send'));
    this.note = h('p', { class: 'composer-note', id: 'composer-note' }, 'Enter sends, Shift + Enter begins a new line.');
    this.alert = h('p', { class: 'composer-alert', role: 'alert' });
    this.element = h('form', { class: 'composer', 'aria-label': 'Ask', onsubmit: (/** @type {Event} */ e) => this.#submit(e) },
      h('div', { class: 'composer-box' },
        this.attachments.list,
        h('label', { class: 'hidden', for: 'question' }, 'Your question'), this.text,
        h('div', { class: 'composer-row' }, this.attachments.button, this.attachments.input,
          h('label', { class: 'agent-pick' }, h('span', {}, 'Agent'), this.agent), this.send)),
      this.alert, this.note);
    this.attachments.dropOn(this.element);
  }

  /** @param {Store} store */
  draw(store) {
    const known = JSON.stringify(store.agents);
    if (known !== this.agents) this.#agents(store.agents, known);
    this.blocked = store.open === '' && store.conversation('').questions.some((one) => one.state === 'waiting' || one.state === 'sent');
    this.#ready();
  }

  focus() {
    this.text.focus();
  }

  clear() {
    this.text.value = '';
    this.attachments.clear();
    this.#typed();
  }

  /**
   * @param {import('../core/protocol.js').Agent[]} agents
   * @param {string} known
   */
  #agents(agents, known) {
    const chosen = this.agent.value;
    this.agents = known;
    put(this.agent, h('option', { value: '' }, 'automatic'),
      ...agents.map(({ name, description }) => h('option', { value: name, title: description }, name)));
    this.agent.value = agents.some(({ name }) => name === chosen) ? chosen : '';
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.element.requestSubmit();
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const text = this.text.value.trim();
    write(this.alert, this.#why(text));
    if (this.alert.textContent || !text || this.blocked) return;
    this.does.ask(text, this.agent.value, this.attachments.ready());
    this.clear();
    this.focus();
  }

  /** @param {string} text */
  #why(text) {
    if (this.attachments.busy()) return 'A file is still on its way. Send when it has arrived.';
    if (!this.does.fits(text)) return 'That is too long for one message. Attach it as a text file instead.';
    if (this.attachments.ready().length && !text) return 'Say what is to be done with the file.';
    return '';
  }

  #typed() {
    if (!GROWS) {
      this.text.style.height = 'auto';
      this.text.style.height = `${this.text.scrollHeight}px`;
    }
    if (this.alert.textContent) write(this.alert, '');
    this.#ready();
  }

  /** The button says whether Enter would do something; it stays focusable. */
  #ready() {
    setAttribute(this.send, 'aria-disabled', this.blocked || !this.text.value.trim() ? 'true' : null);
  }
}
