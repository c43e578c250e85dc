// @ts-check
// Lists that come over HTTP, and what is said when they do not come.

import { Problem, request } from './api.js';
import { problemText } from './words.js';

export const ENDED = 'Your session has ended. Log in again.';

export class Loading {
  /**
   * @param {import('./store.js').Store} store
   * @param {import('./history.js').History} history
   * @param {{signedOut: (why: string) => void, notice: (text: string) => void}} session
   */
  constructor(store, history, session) {
    this.store = store;
    this.history = history;
    this.session = session;
  }

  async agents() {
    await this.#quietly(async () => { this.store.agents = (await request('GET', '/api/agents')).agents; });
  }

  /** @param {boolean} older */
  async threads(older) {
    const cursor = older && this.store.threadsNext ? `&cursor=${encodeURIComponent(this.store.threadsNext)}` : '';
    await this.#quietly(async () => {
      const page = await request('GET', `/api/threads?limit=30${cursor}`);
      this.store.listThreads(page.items, page.next, older);
    });
  }

  /**
   * @param {string} threadId
   * @param {boolean} older
   */
  async messages(threadId, older) {
    const conversation = this.store.conversation(threadId);
    const cursor = older && conversation.next ? `&cursor=${encodeURIComponent(conversation.next)}` : '';
    try {
      const path = `/api/threads/${encodeURIComponent(threadId)}/messages?limit=50${cursor}`;
      const page = await request('GET', path);
      this.store.listMessages(threadId, page.items, page.next, older);
      await this.history.catchUp(threadId);
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status === 401) this.session.signedOut(ENDED);
      else if (conversation.state !== 'ready') {
        conversation.state = problem.status === 404 || problem.status === 422 ? 'missing' : 'failed';
        this.store.changed();
      }
    }
  }

  /** @param {() => Promise<void>} work */
  async #quietly(work) {
    try {
      await work();
      this.store.changed();
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      if (problem.status === 401) this.session.signedOut(ENDED);
      else this.session.notice(problemText(problem));
    }
  }
}
