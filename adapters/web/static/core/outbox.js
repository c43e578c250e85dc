// @ts-check
// How a question gets to the server exactly once: under one id, sent again until it is answered, also after a reload.

import { FRAME_BYTES, byteLength } from './protocol.js';
import { cure } from './words.js';

/** @typedef {import('./conversation.js').Question} Question */

const KEPT = 'soledoor.outbox';

export class Outbox {
  /**
   * @param {import('./store.js').Store} store
   * @param {(message: Record<string, any>) => boolean} send
   */
  constructor(store, send) {
    this.store = store;
    this.send = send;
    this.user = '';
  }

  /**
   * @param {string} content
   * @param {string} agent
   * @param {import('./conversation.js').Attached[]} files
   * @param {number} now
   */
  ask(content, agent, files, now) {
    const threadId = this.store.open || null;
    const question = /** @type {Question} */ ({
      messageId: crypto.randomUUID(), content, threadId, agent, files, state: 'waiting', runId: null, createdAt: now,
      refusal: null,
    });
    this.store.ask(question);
    this.#try(question);
    this.#keep();
  }

  /** @param {Question} question */
  again(question) {
    question.state = 'waiting';
    question.refusal = null;
    this.#try(question);
    this.#keep();
    this.store.changed();
  }

  /** Send everything again that has no answer yet. */
  resend() {
    for (const question of this.store.unsettled()) this.#try(question);
    this.store.changed();
  }

  /** The connection is away: nothing counts as sent until it is back. */
  unsent() {
    for (const question of this.store.unsettled()) question.state = 'waiting';
  }

  /**
   * @param {{message_id: string, run_id: string, thread_id: string}} message
   * @returns {string | null} the thread that the message began
   */
  accepted(message) {
    const began = this.store.accepted(message, new Date().toISOString());
    this.#keep();
    return began;
  }

  /**
   * @param {Record<string, any>} message
   * @param {number} now
   */
  rejected(message, now) {
    if (message.code === 'draining') return; // it stays unsettled and goes out after the next hello
    const seconds = typeof message.retry_after_s === 'number' ? message.retry_after_s : null;
    this.store.rejected(String(message.message_id), {
      code: String(message.code), detail: cure(message.code, String(message.detail)),
      retryAt: seconds === null ? null : now + seconds * 1000,
    });
    this.#keep();
  }

  /** @param {string} content @returns {boolean} whether a message of this text fits into a frame */
  fits(content) {
    return byteLength(JSON.stringify(content)) < FRAME_BYTES - 4096;
  }

  /** @param {string} user */
  restore(user) {
    this.user = user;
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? '{}');
    for (const question of kept.user === user ? kept.questions : []) {
      if (!this.store.question(question.messageId)) this.store.ask({ ...question, state: 'waiting' });
    }
  }

  forget() {
    sessionStorage.removeItem(KEPT);
  }

  /** @param {Question} question */
  #try(question) {
    const message = { type: 'user_message', message_id: question.messageId, content: question.content };
    if (question.threadId) Object.assign(message, { thread_id: question.threadId });
    if (question.agent) Object.assign(message, { agent: question.agent });
    if (question.files.length) Object.assign(message, { files: question.files.map((file) => file.file_id) });
    if (this.send(message)) question.state = 'sent';
  }

  #keep() {
    const questions = this.store.unsettled();
    if (questions.length) sessionStorage.setItem(KEPT, JSON.stringify({ user: this.user, questions }));
    else this.forget();
  }
}
