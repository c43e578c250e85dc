// @ts-check
// What a run is doing and has done: one line that sums it up, and below it every step with its time.

import { OVER, duration } from '../core/run.js';
import { counted, took } from '../core/words.js';
import { h, keep, put, setAttribute, write } from './dom.js';
import { icon } from './icons.js';
import { StepLine } from './step.js';

/** @typedef {import('../core/run.js').Run} Run */

let made = 0;

/**
 * @param {Run} run
 * @param {number} now the server's time
 * @returns {string} the line that is there while the details are folded away
 */
export function summary(run, now) {
  const tools = run.steps.filter((step) => step.kind === 'tool').length;
  const used = tools ? counted(tools, 'tool') : '';
  const ms = duration(run);
  const time = ms === null ? '' : took(ms);
  if (run.status === 'queued') return 'Waiting for its turn';
  if (run.cancelling && !OVER.has(run.status)) return 'Cancelling…';
  if (run.status === 'failed') return ['Failed', used, time].filter(Boolean).join(' · ');
  if (run.status === 'cancelled') return ['Cancelled', used, time].filter(Boolean).join(' · ');
  if (run.status === 'completed') return [used || 'No tools', time].filter(Boolean).join(' · ');
  const running = run.startedAt === null ? '' : took(Math.max(0, now - run.startedAt));
  return [present(run), running].filter(Boolean).join(' · ');
}

/** @param {Run} run */
function present(run) {
  if (run.status === 'waiting_approval') return 'Waiting for a decision';
  const going = run.steps.filter((step) => step.state === 'going');
  const tools = going.filter((step) => step.kind === 'tool');
  if (tools.length > 1) return `Using ${tools.length} tools`;
  if (tools[0]) return `Using ${tools[0].title}`;
  return going.at(-1)?.kind === 'writing' ? 'Writing the answer' : 'Thinking';
}

export class RunTimeline extends HTMLElement {
  constructor() {
    super();
    made += 1;
    const id = `steps-${made}`;
    /** @type {Run | null} */
    this.run = null;
    /** @type {boolean | null} */
    this.chosen = null;
    this.drawn = -1;
    this.words = h('span', { class: 'summary-words' });
    this.names = h('span', { class: 'summary-names' });
    this.toggle = h('button', { class: 'summary', type: 'button', 'aria-controls': id, onclick: () => this.#toggled() },
      icon('chevron'), h('span', { class: 'summary-mark', 'aria-hidden': 'true' }), this.words, this.names);
    this.stop = h('button', { class: 'small stop', type: 'button', onclick: () => this.#ask('cancel-run', { run: this.run }) }, icon('stop'), 'Cancel');
    this.steps = h('div', { class: 'steps', role: 'list', 'aria-label': 'Steps' });
    this.note = h('p', { class: 'steps-note', hidden: true }, 'The steps of this run are no longer kept.');
    this.fold = h('div', { class: 'fold', id }, h('div', { class: 'fold-inner' }, this.steps, this.note));
  }

  connectedCallback() {
    if (!this.firstChild) put(this, h('div', { class: 'summary-row' }, this.toggle, this.stop), this.fold);
  }

  /**
   * @param {Run} run
   * @param {number} now the server's time
   */
  draw(run, now) {
    this.run = run;
    const over = OVER.has(run.status);
    if (over && this.drawn === run.version) return;
    write(this.words, summary(run, now));
    write(this.names, over ? names(run) : '');
    this.dataset.status = run.status;
    setAttribute(this.stop, 'hidden', over);
    this.stop.disabled = run.cancelling;
    this.#open(this.chosen ?? (!over || run.status === 'failed'));
    this.#steps(run, now);
    this.drawn = run.version;
  }

  /**
   * @param {Run} run
   * @param {number} now
   */
  #steps(run, now) {
    const from = run.startedAt ?? run.steps[0]?.at ?? now;
    const span = Math.max((run.endedAt ?? now) - from, 1);
    keep(this.steps, run.steps, (step) => step.key, () => new StepLine(), (line, step) => line.draw(step, run, { from, span, now }));
    setAttribute(this.note, 'hidden', !(run.history === 'gone' && run.steps.length === 0));
  }

  #toggled() {
    this.chosen = this.toggle.getAttribute('aria-expanded') !== 'true';
    this.#open(this.chosen);
  }

  /** @param {boolean} open */
  #open(open) {
    setAttribute(this.toggle, 'aria-expanded', String(open));
    this.classList.toggle('open', open);
    this.fold.inert = !open;
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #ask(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }
}

/** @param {Run} run */
function names(run) {
  const tools = run.steps.filter((step) => step.kind === 'tool').map((step) => step.title);
  return [...new Set(tools)].join(', ');
}

customElements.define('soledoor-timeline', RunTimeline);
