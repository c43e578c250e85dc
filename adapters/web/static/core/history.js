// @ts-check
// Which runs are asked for over HTTP: those of an opened thread, and those that went on while nobody listened.

import { Problem, request } from './api.js';
import { OVER, isActive } from './run.js';

/** @typedef {import('./run.js').Run} Run */

const AT_ONCE = 3;

export class History {
  /** @param {import('./store.js').Store} store */
  constructor(store) {
    this.store = store;
    /** @type {{run: Run, resolve: () => void}[]} */
    this.waiting = [];
    this.busy = 0;
  }

  /**
   * Ask for the runs of a thread that are not known yet, newest first.
   * @param {string} threadId
   */
  async catchUp(threadId) {
    const turns = this.store.turns(threadId).reverse();
    const asked = turns.flatMap((turn) => (turn.run && turn.run.history === 'unknown' ? [this.ask(turn.run)] : []));
    await Promise.all(asked);
  }

  /** Ask again for every run that has not ended as far as is known here. */
  reconcile() {
    const open = [...this.store.runs.values()].filter((run) => isActive(run) || run.history === 'unknown');
    for (const run of open.filter((one) => !OVER.has(one.status))) {
      run.history = 'unknown';
      void this.ask(run);
    }
  }

  /**
   * @param {Run} run
   * @returns {Promise<void>}
   */
  ask(run) {
    run.history = 'asked';
    return new Promise((resolve) => {
      this.waiting.push({ run, resolve });
      void this.#work();
    });
  }

  async #work() {
    if (this.busy >= AT_ONCE) return;
    const job = this.waiting.shift();
    if (!job) return;
    this.busy += 1;
    await this.#load(job.run);
    this.busy -= 1;
    job.resolve();
    await this.#work();
  }

  /** @param {Run} run */
  async #load(run) {
    const path = `/api/runs/${encodeURIComponent(run.runId)}`;
    try {
      const kept = await request('GET', `${path}/events`);
      this.store.history(run, kept.items);
      if (OVER.has(run.status) && kept.items.length) return;
      const stored = await request('GET', path);
      if (OVER.has(stored.status) && kept.items.length) this.store.history(run, (await request('GET', `${path}/events`)).items);
      if (!OVER.has(run.status) || !kept.items.length) this.store.stored(run, stored);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      run.history = problem.status === 404 ? 'gone' : 'unknown';
      run.version += 1;
      this.store.changed();
    }
  }
}
