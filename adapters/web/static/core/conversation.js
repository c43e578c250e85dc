// @ts-check
// One thread as it is known here: what was asked, what was answered, and how the two make turns.

/** @typedef {import('./run.js').Run} Run */
/** @typedef {import('./protocol.js').StoredMessage} StoredMessage */
/** @typedef {{file_id: string, name: string}} Attached */
/** @typedef {{code: string, detail: string, retryAt: number | null}} Refusal */

/**
 * A user's message; `state` is where it is on its way.
 * @typedef {object} Question
 * @property {string} messageId
 * @property {string} content
 * @property {string | null} threadId
 * @property {string} agent
 * @property {Attached[]} files
 * @property {'waiting' | 'sent' | 'accepted' | 'rejected'} state
 * @property {string | null} runId
 * @property {number} createdAt
 * @property {Refusal | null} refusal
 */

/** @typedef {{question: Question | null, run: Run | null, runId: string | null, answer: string}} Turn */

export class Conversation {
  /** @param {'loading' | 'ready' | 'missing' | 'failed'} state */
  constructor(state) {
    this.state = state;
    /** @type {Question[]} oldest first */
    this.questions = [];
    /** @type {Map<string, string>} by run */
    this.answers = new Map();
    /** @type {string | null} cursor of older messages */
    this.next = null;
  }

  /**
   * @param {string} messageId
   * @returns {Question | undefined}
   */
  question(messageId) {
    return this.questions.find((question) => question.messageId === messageId);
  }

  /**
   * @param {string} threadId
   * @param {StoredMessage[]} items newest first
   * @param {string | null} next
   * @param {boolean} older whether they were asked for as older ones
   */
  take(threadId, items, next, older) {
    for (const item of items) {
      if (item.role === 'user') this.#keep(threadId, item);
      else if (item.run_id) this.answers.set(item.run_id, item.content);
    }
    this.questions.sort((a, b) => a.createdAt - b.createdAt);
    if (older || this.state !== 'ready') this.next = next;
    this.state = 'ready';
  }

  /**
   * An answer whose question lies beyond the page of messages stands alone, first.
   * @param {Map<string, Run>} runs
   * @returns {Turn[]} oldest first
   */
  turns(runs) {
    const asked = new Set(this.questions.map((question) => question.runId));
    const alone = [...this.answers.keys()].filter((runId) => !asked.has(runId));
    return [
      ...alone.map((runId) => this.#turn(runs, null, runId)),
      ...this.questions.map((question) => this.#turn(runs, question, question.runId)),
    ];
  }

  /**
   * @param {Map<string, Run>} runs
   * @param {Question | null} question
   * @param {string | null} runId
   * @returns {Turn}
   */
  #turn(runs, question, runId) {
    const run = runId === null ? null : runs.get(runId) ?? null;
    const answer = run?.answer || (runId === null ? '' : this.answers.get(runId) ?? '');
    return { question, run, runId, answer };
  }

  /**
   * @param {string} threadId
   * @param {StoredMessage} item
   */
  #keep(threadId, item) {
    const stored = { state: /** @type {const} */ ('accepted'), runId: item.run_id, createdAt: Date.parse(item.created_at) };
    const known = this.question(item.message_id);
    if (known) Object.assign(known, stored);
    else {
      this.questions.push({
        messageId: item.message_id, content: item.content, threadId, agent: '', files: [], refusal: null, ...stored,
      });
    }
  }
}
