// @ts-check
// The one socket of this page: when it connects, when it waits, what counts as already seen.

import { ACK_EVERY, ACK_MS, BACKOFF_MOST_MS, BACKOFF_MS, isControl, isRunEvent, verdict, whyStopped } from './protocol.js';

const STEADY_MS = 5000; // a connection that ends sooner does not count as a recovery

/**
 * @typedef {{state: 'connecting' | 'connected' | 'waiting' | 'offline' | 'stopped' | 'signed_out' | 'idle',
 *   retryAt?: number, why?: string}} LinkStatus
 */

/**
 * What the link needs of its surroundings; tests give their own.
 * @typedef {object} Surroundings
 * @property {(url: string) => WebSocket} open
 * @property {(work: () => void, ms: number) => number} later
 * @property {(timer: number) => void} forget
 * @property {() => number} now milliseconds
 * @property {() => number} random from 0 to 1
 * @property {() => boolean} online
 * @property {() => Promise<boolean>} signedIn asked when a handshake is refused, since a browser does not say why
 */

/**
 * @typedef {object} Listener
 * @property {(event: import('./protocol.js').RunEvent) => void} event a new event, each once, in order
 * @property {(message: Record<string, any>) => void} control accepted, rejected, gap, error, and hello
 * @property {(status: LinkStatus) => void} status
 */

export class Link {
  /**
   * @param {string} url
   * @param {Listener} listener
   * @param {Surroundings} around
   */
  constructor(url, listener, around) {
    this.url = url;
    this.listener = listener;
    this.around = around;
    /** @type {LinkStatus} */
    this.status = { state: 'idle' };
    this.epoch = '';
    this.last = 0;
    this.failures = 0;
    this.acked = 0;
    this.heartbeatMs = 20_000;
    /** @type {number | null} */
    this.byeMs = null;
    /** @type {WebSocket | null} */
    this.socket = null;
    /** @type {Map<string, number>} */
    this.timers = new Map();
  }

  /** Connect, or reconnect now; a connection that stands is kept. */
  start() {
    if (this.socket) return;
    this.#clear('retry');
    if (!this.around.online()) {
      this.#become({ state: 'offline' });
      return;
    }
    this.#become({ state: 'connecting' });
    this.#open();
  }

  /** Close and forget the place in the log: the next start is somebody's fresh one. */
  leave() {
    this.#drop();
    this.#clear('retry');
    this.epoch = '';
    this.last = this.acked = this.failures = 0;
    this.#become({ state: 'idle' });
  }

  /** The network went away: nothing is tried until it is back. */
  lost() {
    if (['idle', 'stopped', 'signed_out'].includes(this.status.state)) return;
    this.#drop();
    this.#clear('retry');
    this.#become({ state: 'offline' });
  }

  /** The network is back. */
  found() {
    if (this.status.state === 'offline' || this.status.state === 'waiting') this.start();
  }

  /**
   * @param {Record<string, any>} message
   * @returns {boolean} whether it left; false means: send it again after the next hello
   */
  send(message) {
    if (this.status.state !== 'connected' || !this.socket) return false;
    this.socket.send(JSON.stringify(message));
    return true;
  }

  #open() {
    const after = this.epoch ? `?after=${encodeURIComponent(this.epoch)}:${this.last}` : '';
    const socket = this.around.open(this.url + after);
    this.socket = socket;
    let opened = false;
    socket.onopen = () => { opened = true; this.#watch(); };
    socket.onmessage = (message) => { if (this.socket === socket) this.#take(String(message.data)); };
    socket.onclose = (closed) => {
      if (this.socket === socket) void this.#ended(closed.code, closed.reason, opened);
    };
  }

  /** @param {string} text */
  #take(text) {
    this.#watch();
    const message = JSON.parse(text);
    if (message.type === 'hello') this.#hello(message);
    else if (message.type === 'ping') this.#ping(message);
    else if (message.type === 'bye') this.byeMs = Number(message.retry_ms) || BACKOFF_MS;
    else if (isControl(message)) this.listener.control(message);
    else if (isRunEvent(message)) this.#event(message);
  }

  /** @param {Record<string, any>} hello */
  #hello(hello) {
    this.byeMs = null;
    this.#after('steady', STEADY_MS, () => { this.failures = 0; });
    this.heartbeatMs = (Number(hello.heartbeat_s) || 20) * 1000;
    if (!hello.resumed) this.last = Number(hello.head);
    this.epoch = String(hello.epoch);
    this.acked = this.last;
    this.#become({ state: 'connected' });
    this.listener.control(hello);
  }

  /** @param {Record<string, any>} ping */
  #ping(ping) {
    if (Number(ping.head) > this.last) this.#resume();
    else this.send({ type: 'pong' });
  }

  /** @param {import('./protocol.js').RunEvent} event */
  #event(event) {
    if (event.seq === undefined) {
      this.listener.event(event);
      return;
    }
    if (event.seq <= this.last) return;
    if (event.seq !== this.last + 1) {
      this.#resume();
      return;
    }
    this.last = event.seq;
    this.listener.event(event);
    if (event.type === 'agent_completed' || this.last - this.acked >= ACK_EVERY) this.#acknowledge();
    else if (!this.timers.has('ack')) this.#after('ack', ACK_MS, () => this.#acknowledge());
  }

  #acknowledge() {
    this.#clear('ack');
    if (this.last > this.acked && this.send({ type: 'ack', seq: this.last })) this.acked = this.last;
  }

  /** Something is missing or silent: go back to the last event that was seen. */
  #resume() {
    this.#drop();
    this.#retry();
  }

  /** A server that says nothing for two and a half heartbeats is gone, whatever the browser believes. */
  #watch() {
    this.#after('silence', this.heartbeatMs * 2.5, () => this.#resume());
  }

  /**
   * @param {number} code
   * @param {string} reason
   * @param {boolean} opened
   */
  async #ended(code, reason, opened) {
    this.#drop();
    const next = verdict(code);
    if (next === 'login') this.#become({ state: 'signed_out' });
    else if (next === 'stop') this.#become({ state: 'stopped', why: whyStopped(code, reason) });
    else {
      this.#retry();
      if (!opened && !(await this.around.signedIn()) && this.status.state === 'waiting') {
        this.#clear('retry');
        this.#become({ state: 'signed_out' });
      }
    }
  }

  #retry() {
    if (!this.around.online()) {
      this.#become({ state: 'offline' });
      return;
    }
    const most = Math.min(BACKOFF_MOST_MS, 2 * BACKOFF_MS * 2 ** this.failures);
    const wait = this.byeMs === null ? BACKOFF_MS + this.around.random() * (most - BACKOFF_MS)
      : this.byeMs * (1 + this.around.random() / 2);
    this.failures += 1;
    this.#become({ state: 'waiting', retryAt: this.around.now() + wait });
    this.#after('retry', wait, () => this.start());
  }

  #drop() {
    const socket = this.socket;
    this.socket = null;
    this.#clear('ack');
    this.#clear('silence');
    this.#clear('steady');
    if (socket) socket.close();
  }

  /** @param {LinkStatus} status */
  #become(status) {
    this.status = status;
    this.listener.status(status);
  }

  /**
   * @param {string} name
   * @param {number} ms
   * @param {() => void} work
   */
  #after(name, ms, work) {
    this.#clear(name);
    this.timers.set(name, this.around.later(() => { this.timers.delete(name); work(); }, ms));
  }

  /** @param {string} name */
  #clear(name) {
    const timer = this.timers.get(name);
    if (timer !== undefined) this.around.forget(timer);
    this.timers.delete(name);
  }
}
