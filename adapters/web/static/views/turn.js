// @ts-check
// One question with what was done about it and its answer.

import { isActive } from '../core/run.js';
import { ago, wait } from '../core/words.js';
import { h, keep, put, setAttribute, write } from './dom.js';
import { icon } from './icons.js';
import { render } from './markdown.js';
import { RunTimeline } from './timeline.js';

/** @typedef {import('../core/conversation.js').Turn} Turn */
/** @typedef {import('../core/conversation.js').Question} Question */

const PATIENCE = 12; // times its own cost must pass before a growing answer is drawn again

export class TurnView extends HTMLElement {
  constructor() {
    super();
    /** @type {Turn | null} */
    this.turn = null;
    this.shown = '';
    this.dueAt = 0;
    this.text = h('div', { class: 'question-text', dir: 'auto' });
    this.files = h('ul', { class: 'chips' });
    this.meta = h('p', { class: 'question-meta' });
    this.again = h('button', { class: 'small', type: 'button', onclick: () => this.#tell('send-again') }, icon('again'), 'Try again');
    this.refused = h('div', { class: 'callout', hidden: true });
    this.question = h('div', { class: 'question' }, h('h2', { class: 'hidden' }, 'Question'), this.text, this.files);
    this.timeline = new RunTimeline();
    this.answer = h('div', { class: 'answer', dir: 'auto' });
    this.error = h('div', { class: 'callout', hidden: true });
    this.copy = h('button', { class: 'small quiet', type: 'button', onclick: () => this.#copy() }, icon('copy'), 'Copy answer');
    this.actions = h('div', { class: 'answer-actions' }, this.copy);
  }

  connectedCallback() {
    if (this.firstChild) return;
    this.setAttribute('role', 'article');
    put(this, this.question, this.meta, this.refused, this.timeline, this.answer, this.error, this.actions);
  }

  /**
   * @param {Turn} turn
   * @param {number} now
   * @param {number} serverNow
   */
  draw(turn, now, serverNow) {
    this.turn = turn;
    const { question, run } = turn;
    setAttribute(this, 'aria-label', question ? `Question: ${question.content.slice(0, 80)}` : 'Earlier answer');
    this.question.hidden = this.meta.hidden = !question;
    if (question) this.#question(question, now);
    this.timeline.hidden = !run || run.status === 'unknown';
    if (run) this.timeline.draw(run, serverNow);
    this.#answer(turn, now);
    this.#error(turn);
    this.classList.toggle('streaming', run !== null && isActive(run) && turn.answer !== '');
    this.actions.hidden = !turn.answer || (run !== null && isActive(run));
  }

  /**
   * @param {Question} question
   * @param {number} now
   */
  #question(question, now) {
    write(this.text, question.content);
    keep(this.files, question.files, (file) => file.file_id, (file) => h('li', { class: 'chip' }, icon('file'), h('bdi', {}, file.name)), () => undefined);
    this.files.hidden = question.files.length === 0;
    const state = { waiting: 'Waiting for the connection', sent: 'Sending…', accepted: ago(question.createdAt, now), rejected: 'Not sent' };
    write(this.meta, state[question.state]);
    this.refused.hidden = !question.refusal;
    if (question.refusal) {
      const left = Math.max(0, ((question.refusal.retryAt ?? 0) - now) / 1000);
      if (!this.refused.firstChild) put(this.refused, icon('alert'), h('span', { role: 'alert' }), this.again);
      const words = this.refused.querySelector('span');
      if (words) write(words, question.refusal.detail);
      this.again.disabled = left > 0;
      this.#count(left);
    }
  }

  /** @param {number} left seconds until it may be sent again */
  #count(left) {
    const words = left > 0 ? `Try again in ${wait(left)}` : 'Try again';
    if (this.again.textContent !== words) put(this.again, icon('again'), words);
  }

  /**
   * @param {Turn} turn
   * @param {number} now
   */
  #answer(turn, now) {
    if (turn.answer === this.shown) return;
    const growing = turn.run !== null && isActive(turn.run);
    if (growing && now < this.dueAt) return;
    const began = performance.now();
    this.answer.replaceChildren(render(turn.answer));
    this.dueAt = now + PATIENCE * (performance.now() - began);
    this.shown = turn.answer;
  }

  /** @param {Turn} turn */
  #error({ run, question }) {
    const failed = run?.status === 'failed' || run?.status === 'cancelled';
    this.error.hidden = !failed;
    if (!failed || this.error.dataset.run === run.status) return;
    this.error.dataset.run = run.status;
    const words = run.status === 'cancelled' ? 'You stopped this run.' : run.error?.message || 'The run failed.';
    const cure = run.status === 'failed' && run.error?.retryable === false ? '' : 'You can ask again.';
    const again = question && h('button', { class: 'small', type: 'button', onclick: () => this.#tell('ask-again') }, icon('again'), 'Ask again');
    put(this.error, icon('alert'), h('span', {}, `${words} ${cure}`.trim()), again);
  }

  async #copy() {
    await navigator.clipboard.writeText(this.turn?.answer ?? '');
    put(this.copy, icon('check'), 'Copied');
    window.setTimeout(() => put(this.copy, icon('copy'), 'Copy answer'), 1600);
  }

  /** @param {string} name */
  #tell(name) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail: this.turn?.question }));
  }
}

customElements.define('soledoor-turn', TurnView);
