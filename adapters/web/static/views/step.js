// @ts-check
// One step of a run: when it began, what it is, what came of it, how long it took.

import { inline, offset, preview, toolError, took, wait } from '../core/words.js';
import { CallDetails } from './call.js';
import { h, put, setAttribute, write } from './dom.js';

/** @typedef {import('../core/run.js').Step} Step */
/** @typedef {import('../core/run.js').Run} Run */
/** @typedef {{from: number, span: number, now: number}} Scale */

/** @type {Record<Step['state'], string>} */
const STATES = { going: 'in progress', done: 'done', failed: 'failed', cancelled: 'cancelled' };

export class StepLine extends HTMLElement {
  constructor() {
    super();
    this.time = h('span', { class: 'step-time' });
    this.title_ = h('span', { class: 'step-title', dir: 'auto' });
    this.brief = h('span', { class: 'step-brief', dir: 'auto' });
    this.state = h('span', { class: 'hidden' });
    this.outcome = h('div', { class: 'step-outcome', dir: 'auto' });
    this.bar = h('div', { class: 'bar', role: 'progressbar', 'aria-valuemin': '0', 'aria-valuemax': '100' }, h('span', { class: 'bar-fill' }));
    this.barWords = h('div', { class: 'bar-words' });
    this.took = h('span', { class: 'step-took' });
    this.head = h('div', { class: 'step-head' }, this.title_, this.brief, this.state);
    this.body = h('div', { class: 'step-body' }, this.head, this.outcome);
    /** @type {CallDetails | null} */
    this.details = null;
  }

  connectedCallback() {
    if (this.firstChild) return;
    this.setAttribute('role', 'listitem');
    put(this, this.time, h('span', { class: 'step-node', 'aria-hidden': 'true' }), this.body, this.took, h('span', { class: 'step-span', 'aria-hidden': 'true' }));
  }

  /**
   * @param {Step} step
   * @param {Run} run
   * @param {Scale} scale
   */
  draw(step, run, scale) {
    this.dataset.kind = step.kind;
    this.dataset.state = step.state;
    this.dataset.depth = String(step.depth);
    write(this.time, offset(step.at - scale.from));
    this.time.title = new Date(step.at).toLocaleTimeString();
    write(this.title_, titled(step));
    write(this.brief, brief(step));
    write(this.state, `, ${STATES[step.state]}`);
    this.#outcome(step, run);
    this.#bar(step);
    this.#times(step, scale);
    if (step.kind === 'tool') this.#call(step, run);
  }

  /**
   * @param {Step} step
   * @param {Run} run
   */
  #outcome(step, run) {
    if (step.kind === 'approval' && step.state === 'going') this.#decision(step);
    else write(this.outcome, outcome(step, run));
    setAttribute(this.outcome, 'hidden', !this.outcome.hasChildNodes());
  }

  /** @param {Step} step */
  #decision(step) {
    if (this.outcome.querySelector('button')) return;
    const decide = (/** @type {string} */ decision) => () => this.dispatchEvent(
      new CustomEvent('decide-call', { bubbles: true, detail: { callId: step.callId, decision } }));
    put(this.outcome, h('pre', { tabindex: '0', role: 'region', 'aria-label': 'Arguments' }, JSON.stringify(step.parameters, null, 2)),
      h('span', { class: 'decision' },
        h('button', { class: 'small primary', type: 'button', onclick: decide('approve') }, 'Approve'),
        h('button', { class: 'small', type: 'button', onclick: decide('deny') }, 'Deny')));
  }

  /** @param {Step} step */
  #bar(step) {
    const progress = step.state === 'going' || step.kind === 'progress' ? step.progress : null;
    if (!progress) {
      this.bar.remove();
      this.barWords.remove();
      return;
    }
    if (!this.bar.isConnected) this.body.append(this.bar, this.barWords);
    const share = progress.percentage ?? (progress.step && progress.steps ? (100 * progress.step) / progress.steps : null);
    setAttribute(this.bar, 'aria-valuenow', share === null ? null : Math.round(share));
    setAttribute(this.bar, 'aria-label', progress.text || step.title);
    this.bar.classList.toggle('unknown', share === null);
    this.bar.style.setProperty('--share', `${share ?? 30}%`);
    write(this.barWords, [share === null ? '' : `${Math.round(share)} %`, progress.text,
      progress.remaining ? `about ${wait(progress.remaining)} left` : ''].filter(Boolean).join(' · '));
  }

  /**
   * @param {Step} step
   * @param {Scale} scale
   */
  #times(step, { from, span, now }) {
    const until = step.endedAt ?? now;
    const ms = step.ms ?? until - step.at;
    const instant = step.kind === 'agent' || step.kind === 'end';
    write(this.took, instant ? '' : took(Math.max(0, ms)));
    this.style.setProperty('--from', `${clamp((100 * (step.at - from)) / span)}%`);
    this.style.setProperty('--width', instant ? '0%' : `${clamp((100 * (until - step.at)) / span)}%`);
  }

  /**
   * @param {Step} step
   * @param {Run} run
   */
  #call(step, run) {
    if (!this.details) {
      this.details = new CallDetails(run.runId, step.callId);
      this.head.append(this.details.toggle);
      this.body.append(this.details.element);
    }
    this.details.draw(step);
  }
}

/** @param {number} share */
function clamp(share) {
  return Math.max(0, Math.min(100, share)).toFixed(2);
}

/** @param {Step} step */
function titled(step) {
  if (step.kind === 'agent') return `${step.title} started`;
  if (step.kind === 'approval') return `${step.title} needs your approval`;
  return step.title;
}

/** @param {Step} step */
function brief(step) {
  if (step.kind === 'tool') return inline(step.parameters);
  if (step.kind === 'subagent') return 'agent';
  if (step.kind === 'thinking') return step.text.split('\n').at(-1) ?? '';
  return '';
}

/**
 * @param {Step} step
 * @param {Run} run
 */
function outcome(step, run) {
  if (step.error) return errorText(step.title, step.error);
  if (step.kind === 'tool' && step.state === 'done') return preview(step.result);
  if (step.kind === 'subagent') return repeats(step.result, run.answer) ? '' : preview(step.result);
  if (step.kind === 'approval') return step.text;
  return '';
}

/**
 * @param {string} title
 * @param {{code: string, message: string}} error
 */
function errorText(title, { code, message }) {
  return message.includes(title) ? message : `${title} ${toolError(code)}: ${message}`;
}

/**
 * The only agent's result is the answer, which stands below anyway.
 * @param {unknown} result
 * @param {string} answer
 */
function repeats(result, answer) {
  return typeof result === 'string' && answer.startsWith(result.replace(/\.\.\.$/, ''));
}

customElements.define('soledoor-step', StepLine);
