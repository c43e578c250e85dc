// @ts-check
// What happens when: logging in, opening a thread, sending, and catching up after the connection was away.

import { Problem, request } from './api.js';
import { History } from './history.js';
import { ENDED, Loading } from './loading.js';
import { Outbox } from './outbox.js';
import { Link } from './socket.js';
import { DRAFT } from './store.js';
import { problemText, spoken } from './words.js';

/** @typedef {import('./store.js').Store} Store */
/** @typedef {import('./protocol.js').RunEvent} RunEvent */

export class Session {
  /**
   * @param {Store} store
   * @param {{go: (threadId: string, replace: boolean) => void, here: () => string, say: (text: string) => void}} page
   */
  constructor(store, page) {
    this.store = store;
    this.page = page;
    this.outbox = new Outbox(store, (message) => this.link.send(message));
    this.history = new History(store);
    this.loading = new Loading(store, this.history, this);
    const scheme = location.protocol === 'https:' ? 'wss:' : 'ws:';
    this.link = new Link(`${scheme}//${location.host}/ws`, {
      event: (event) => this.#event(event),
      control: (message) => this.#control(message),
      status: (status) => this.#status(status),
    }, {
      open: (url) => new WebSocket(url),
      later: (work, ms) => window.setTimeout(work, ms),
      forget: (timer) => window.clearTimeout(timer),
      now: () => Date.now(),
      random: () => Math.random(),
      online: () => navigator.onLine,
      signedIn: () => this.#signedIn(),
    });
    window.addEventListener('offline', () => this.link.lost());
    window.addEventListener('online', () => this.link.found());
  }

  /** Find out who this is, and show the way in or the threads. */
  async begin() {
    try {
      await this.enter(await request('GET', '/api/me'));
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      this.store.phase = 'entrance';
      if (problem.status !== 401) this.notice(problemText(problem));
      this.store.changed();
    }
  }

  /**
   * @param {string} path /auth/login or /auth/setup
   * @param {Record<string, string>} body
   */
  async logIn(path, body) {
    const login = await request('POST', path, body);
    await this.enter(login.user);
  }

  /** @param {import('./protocol.js').User} user */
  async enter(user) {
    this.store.me = user;
    this.store.phase = 'inside';
    this.outbox.restore(user.id);
    this.link.start();
    this.store.changed();
    await Promise.all([this.loading.threads(false), this.loading.agents(), this.openThread(this.store.open)]);
  }

  async logOut() {
    this.link.leave();
    await request('POST', '/auth/logout').catch(() => undefined);
    this.outbox.forget();
    this.signedOut('You are logged out.');
  }

  /** @param {string} why */
  signedOut(why) {
    if (this.store.phase === 'entrance') return;
    this.link.leave();
    this.store.clear();
    this.store.phase = 'entrance';
    this.notice(why);
  }

  /**
   * Show a thread; its messages are asked for again each time, since another device may have written some.
   * @param {string} threadId
   */
  async openThread(threadId) {
    this.store.open = threadId;
    this.store.conversation(threadId);
    this.store.changed();
    if (threadId === DRAFT || !this.store.me) return;
    await this.loading.messages(threadId, false);
  }

  /**
   * @param {string} content
   * @param {string} agent
   * @param {import('./conversation.js').Attached[]} files
   */
  ask(content, agent, files) {
    // The address is ahead of the event that tells of it, and keys may come in between.
    if (this.page.here() !== this.store.open) void this.openThread(this.page.here());
    this.outbox.ask(content, agent, files, Date.now());
  }

  /** @param {string} runId */
  cancel(runId) {
    const run = this.store.runs.get(runId);
    if (!run) return;
    run.cancelling = true;
    run.version += 1;
    this.store.changed();
    if (!this.link.send({ type: 'cancel', run_id: runId })) void this.#cancelOverHttp(run);
  }

  /**
   * @param {string} callId
   * @param {'approve' | 'deny'} decision
   */
  decide(callId, decision) {
    if (!this.link.send({ type: decision, call_id: callId })) this.notice('Not connected: decide again in a moment.');
  }

  /** Try again at once, also after the server had closed for good. */
  reconnect() {
    this.link.start();
  }

  /** @param {string} text */
  notice(text) {
    const id = (this.store.notices.at(-1)?.id ?? 0) + 1;
    this.store.notices.push({ id, text });
    this.store.changed();
  }

  /** @param {import('./run.js').Run} run */
  async #cancelOverHttp(run) {
    try {
      await request('POST', `/api/runs/${encodeURIComponent(run.runId)}/cancel`);
    } catch {
      run.cancelling = false;
      run.version += 1;
      this.notice('That could not be cancelled while the connection is away.');
    }
  }

  /** @param {RunEvent} event */
  #event(event) {
    const known = this.store.runs.has(event.run_id);
    if (!this.store.event(event, Date.now())) return;
    if (event.type === 'agent_started' && !known) this.#elsewhere(event);
    if (event.thread_id === this.store.open) this.#say(spoken(event));
    const run = this.store.runs.get(event.run_id);
    if (event.replayed && run?.history === 'unknown') void this.history.ask(run);
  }

  /** @param {string} text */
  #say(text) {
    if (text) this.page.say(text);
  }

  /**
   * A run that another tab or device began.
   * @param {RunEvent} event
   */
  #elsewhere(event) {
    if (!this.store.threads.some((thread) => thread.thread_id === event.thread_id)) void this.loading.threads(false);
    if (event.thread_id === this.store.open) void this.loading.messages(event.thread_id, false);
  }

  /** @param {Record<string, any>} message */
  #control(message) {
    if (message.type === 'hello') this.#hello(message);
    else if (message.type === 'accepted') {
      const began = this.outbox.accepted(/** @type {any} */ (message));
      if (began && this.store.open === DRAFT) this.page.go(began, true);
    } else if (message.type === 'rejected') this.outbox.rejected(message, Date.now());
    else if (message.type === 'error') this.notice(String(message.detail));
  }

  /**
   * What was missed for good is asked for over HTTP; what was not answered is sent again under its own id.
   * @param {Record<string, any>} hello
   */
  #hello(hello) {
    this.outbox.resend();
    if (hello.resumed) return;
    this.history.reconcile();
    if (this.store.open !== DRAFT) void this.loading.messages(this.store.open, false);
  }

  /** @param {import('./socket.js').LinkStatus} status */
  #status(status) {
    if (status.state === 'signed_out') {
      this.signedOut(ENDED);
      return;
    }
    if (status.state !== 'connected') this.outbox.unsent();
    this.store.link = status;
    this.store.changed();
  }

  async #signedIn() {
    try {
      await request('GET', '/api/me');
      return true;
    } catch (problem) {
      return !(problem instanceof Problem && problem.status === 401);
    }
  }
}
