// @ts-check
// What a run looks like, decided from its events alone: pure, and the same whether they come live or from the store.

import { ENDS } from './protocol.js';
import { applyEvent, closeSteps } from './steps.js';

/** @typedef {import('./protocol.js').RunEvent} RunEvent */

/** @typedef {'going' | 'done' | 'failed' | 'cancelled'} StepState */

/**
 * One line of a timeline; times are milliseconds since 1970.
 * @typedef {object} Step
 * @property {string} key
 * @property {'agent' | 'thinking' | 'subagent' | 'tool' | 'progress' | 'approval' | 'writing' | 'end'} kind
 * @property {string} title
 * @property {string} agent
 * @property {number} depth 1 inside a subagent
 * @property {StepState} state
 * @property {number} at
 * @property {number | null} endedAt
 * @property {number | null} ms as measured by the server
 * @property {string} callId
 * @property {string} text
 * @property {unknown} parameters
 * @property {unknown} result
 * @property {{code: string, message: string} | null} error
 * @property {Progress | null} progress
 * @property {string} expiresAt
 */

/** @typedef {{percentage: number | null, text: string, step: number | null, steps: number | null,
 *   remaining: number | null}} Progress */

/** `unknown`: it is known to exist, and nothing more. */
/** @typedef {'unknown' | 'queued' | 'running' | 'waiting_approval' | 'completed' | 'failed' | 'cancelled'} RunStatus */

/**
 * @typedef {object} Run
 * @property {string} runId
 * @property {string} threadId
 * @property {string} messageId
 * @property {RunStatus} status
 * @property {string} agent
 * @property {number | null} startedAt
 * @property {number | null} endedAt
 * @property {number | null} ms
 * @property {string} answer
 * @property {{type: string, message: string, retryable: boolean} | null} error
 * @property {Step[]} steps
 * @property {RunEvent[]} events numbered ones, in order of run_seq
 * @property {RunEvent[]} replayed state without numbers
 * @property {'unknown' | 'asked' | 'known' | 'gone'} history whether the kept events were fetched
 * @property {boolean} early ended by the store's word, before the event that says so
 * @property {boolean} cancelling
 * @property {number} version counts changes
 */

export const OVER = new Set(['completed', 'failed', 'cancelled']);
const ACTIVE = new Set(['queued', 'running', 'waiting_approval']);

/**
 * @param {string} runId
 * @param {string} threadId
 * @returns {Run}
 */
export function newRun(runId, threadId) {
  return {
    runId, threadId, messageId: '', status: 'unknown', agent: '', startedAt: null, endedAt: null, ms: null, answer: '',
    error: null, steps: [], events: [], replayed: [], history: 'unknown', early: false, cancelling: false, version: 0,
  };
}

/** @param {Run} run */
export function isActive(run) {
  return ACTIVE.has(run.status);
}

/**
 * Take one event in; one that is known already changes nothing, one that comes late is put in its place.
 * @param {Run} run
 * @param {RunEvent} event
 * @returns {boolean} whether anything changed
 */
export function takeEvent(run, event) {
  if (event.run_seq === undefined) return takeReplayed(run, event);
  const number = event.run_seq;
  const behind = run.events.findLastIndex((other) => /** @type {number} */ (other.run_seq) <= number);
  if (behind >= 0 && run.events[behind]?.run_seq === number) return false;
  run.events.splice(behind + 1, 0, event);
  const last = behind + 2 === run.events.length;
  const plain = !run.early && !run.replayed.some((state) => same(state, event));
  if (last && plain) applyEvent(run, event);
  else rebuild(run);
  run.version += 1;
  return true;
}

/**
 * Take what the run store says about a run whose events are no longer kept, or that ended unseen. Events that come
 * later all the same know better.
 * @param {Run} run
 * @param {import('./protocol.js').StoredRun} stored
 */
export function takeStored(run, stored) {
  if (!OVER.has(run.status)) run.status = /** @type {RunStatus} */ (stored.status);
  run.startedAt ??= stored.started_at ? Date.parse(stored.started_at) : null;
  run.endedAt ??= stored.finished_at ? Date.parse(stored.finished_at) : null;
  if (stored.answer && OVER.has(run.status)) run.answer = stored.answer;
  if (stored.error && !run.error) {
    run.error = { type: stored.error.error_type, message: stored.error.message, retryable: stored.error.retryable };
  }
  if (OVER.has(run.status) && !run.events.some((event) => ENDS.has(event.type))) {
    run.early = true;
    closeSteps(run, run.endedAt);
  }
  run.version += 1;
}

/**
 * @param {Run} run
 * @returns {number | null} how long it took, or null while it has not ended
 */
export function duration(run) {
  if (run.ms !== null) return run.ms;
  return run.startedAt !== null && run.endedAt !== null ? run.endedAt - run.startedAt : null;
}

/**
 * @param {Run} run
 * @param {RunEvent} event
 */
function takeReplayed(run, event) {
  if (isKnown(run, event)) return false;
  run.replayed.push(event);
  applyEvent(run, event);
  run.version += 1;
  return true;
}

/**
 * @param {Run} run
 * @param {RunEvent} event
 */
function isKnown(run, event) {
  if (OVER.has(run.status)) return true;
  return [...run.events, ...run.replayed].some((other) => same(other, event));
}

/**
 * @param {RunEvent} one
 * @param {RunEvent} other
 * @returns {boolean} whether a replayed state and an event tell the same
 */
function same(one, other) {
  return one.type === other.type && one.payload.call_id === other.payload.call_id;
}

/** @param {Run} run */
function rebuild(run) {
  const { runId, threadId, events, replayed, history, cancelling, version } = run;
  Object.assign(run, newRun(runId, threadId), { events, replayed: [], history, cancelling, version });
  for (const event of events) applyEvent(run, event);
  for (const event of replayed) takeReplayed(run, event);
}
