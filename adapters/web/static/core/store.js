// @ts-check
// Everything the page knows, and how it changes. No drawing, no network, no clock: what happens is told to it.

import { Conversation } from './conversation.js';
import { isActive, newRun, takeEvent, takeStored } from './run.js';

/** @typedef {import('./run.js').Run} Run */
/** @typedef {import('./protocol.js').RunEvent} RunEvent */
/** @typedef {import('./conversation.js').Question} Question */
/** @typedef {import('./conversation.js').Turn} Turn */

export const DRAFT = '';

export class Store extends EventTarget {
  /** @type {import('./protocol.js').User | null} */
  me = null;
  /** @type {'loading' | 'entrance' | 'inside'} */
  phase = 'loading';
  /** @type {import('./socket.js').LinkStatus} */
  link = { state: 'idle' };
  /** @type {import('./protocol.js').Agent[]} */
  agents = [];
  /** @type {import('./protocol.js').Thread[]} */
  threads = [];
  /** @type {string | null} */
  threadsNext = null;
  open = DRAFT;
  /** @type {Map<string, Conversation>} */
  conversations = new Map();
  /** @type {Map<string, Run>} */
  runs = new Map();
  /** @type {{id: number, text: string}[]} */
  notices = [];
  skew = Infinity; // this clock minus the server's: the least difference that an event was seen with

  /** Forget everything that belongs to a user; the address stays. */
  clear() {
    const { open, notices } = this;
    Object.assign(this, new Store(), { open, notices });
    this.changed();
  }

  changed() {
    this.dispatchEvent(new Event('change'));
  }

  /**
   * @param {string} threadId
   * @returns {Conversation}
   */
  conversation(threadId) {
    let conversation = this.conversations.get(threadId);
    if (!conversation) {
      conversation = new Conversation(threadId === DRAFT ? 'ready' : 'loading');
      this.conversations.set(threadId, conversation);
    }
    return conversation;
  }

  /**
   * @param {string} runId
   * @param {string} threadId
   * @returns {Run}
   */
  run(runId, threadId) {
    let run = this.runs.get(runId);
    if (!run) {
      run = newRun(runId, threadId);
      this.runs.set(runId, run);
    }
    return run;
  }

  /**
   * @param {number} now
   * @returns {number} the server's time
   */
  serverTime(now) {
    return Number.isFinite(this.skew) ? now - this.skew : now;
  }

  /** @returns {Run[]} those that have not ended */
  activeRuns() {
    return [...this.runs.values()].filter(isActive);
  }

  /** @returns {Question[]} what the server has not answered yet, oldest first */
  unsettled() {
    return [...this.conversations.values()].flatMap((one) => one.questions)
      .filter((question) => question.state === 'waiting' || question.state === 'sent')
      .sort((a, b) => a.createdAt - b.createdAt);
  }

  /** @param {Question} question */
  ask(question) {
    this.conversation(question.threadId ?? DRAFT).questions.push(question);
    this.changed();
  }

  /**
   * @param {string} messageId
   * @returns {Question | undefined}
   */
  question(messageId) {
    for (const conversation of this.conversations.values()) {
      const found = conversation.question(messageId);
      if (found) return found;
    }
    return undefined;
  }

  /**
   * The server took a message: its run exists, and so does its thread.
   * @param {{message_id: string, run_id: string, thread_id: string}} accepted
   * @param {string} now
   * @returns {string | null} the new thread, if the message began one
   */
  accepted(accepted, now) {
    const question = this.question(accepted.message_id);
    if (!question) return null;
    const began = question.threadId === null;
    Object.assign(question, {
      state: 'accepted', refusal: null, runId: accepted.run_id, threadId: accepted.thread_id,
    });
    const run = this.run(accepted.run_id, accepted.thread_id);
    run.messageId = accepted.message_id;
    if (run.status === 'unknown') run.status = 'queued';
    if (began) this.#begin(question, accepted.thread_id, now);
    this.changed();
    return began ? accepted.thread_id : null;
  }

  /**
   * @param {string} messageId
   * @param {import('./conversation.js').Refusal} refusal
   */
  rejected(messageId, refusal) {
    const question = this.question(messageId);
    if (!question) return;
    question.state = 'rejected';
    question.refusal = refusal;
    this.changed();
  }

  /**
   * @param {RunEvent} event
   * @param {number} now
   * @returns {boolean} whether it was new
   */
  event(event, now) {
    if (event.agent_name === 'direct') return false;
    const run = this.run(event.run_id, event.thread_id);
    const fresh = takeEvent(run, event);
    if (event.seq !== undefined) this.skew = Math.min(this.skew, now - Date.parse(event.timestamp));
    if (fresh) this.changed();
    return fresh;
  }

  /**
   * @param {Run} run
   * @param {RunEvent[]} events
   */
  history(run, events) {
    for (const event of events) takeEvent(run, event);
    run.history = events.length ? 'known' : 'gone';
    run.version += 1;
    this.changed();
  }

  /**
   * @param {Run} run
   * @param {import('./protocol.js').StoredRun} stored
   */
  stored(run, stored) {
    takeStored(run, stored);
    this.changed();
  }

  /**
   * @param {import('./protocol.js').Thread[]} items
   * @param {string | null} next
   * @param {boolean} older whether they follow the present ones
   */
  listThreads(items, next, older) {
    const known = new Map(this.threads.map((thread) => [thread.thread_id, thread]));
    for (const item of items) known.set(item.thread_id, item);
    this.threads = [...known.values()].sort((a, b) => b.created_at.localeCompare(a.created_at));
    if (older || this.threadsNext === null) this.threadsNext = next;
    this.changed();
  }

  /**
   * @param {string} threadId
   * @param {import('./protocol.js').StoredMessage[]} items newest first
   * @param {string | null} next
   * @param {boolean} older
   */
  listMessages(threadId, items, next, older) {
    this.conversation(threadId).take(threadId, items, next, older);
    for (const item of items) if (item.run_id) this.run(item.run_id, threadId);
    this.changed();
  }

  /**
   * @param {string} threadId
   * @returns {Turn[]} oldest first
   */
  turns(threadId) {
    return this.conversation(threadId).turns(this.runs);
  }

  /**
   * @param {Question} question
   * @param {string} threadId
   * @param {string} now
   */
  #begin(question, threadId, now) {
    const draft = this.conversation(DRAFT);
    draft.questions = draft.questions.filter((one) => one !== question);
    const conversation = this.conversation(threadId);
    conversation.state = 'ready';
    if (!conversation.question(question.messageId)) conversation.questions.push(question);
    if (!this.threads.some((thread) => thread.thread_id === threadId)) {
      const title = question.content.trim().split('\n')[0]?.slice(0, 80) ?? '';
      this.threads.unshift({ thread_id: threadId, title, created_at: now });
    }
  }
}
