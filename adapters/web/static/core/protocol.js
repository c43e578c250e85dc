// @ts-check
// What the server says and what its close codes mean: protocol version 1, as the page understands it.

/**
 * @typedef {{id: string, name: string, roles: string[]}} User
 * @typedef {{name: string, description: string}} Agent
 * @typedef {{thread_id: string, title: string, created_at: string}} Thread
 * @typedef {{message_id: string, role: string, content: string, run_id: string | null, created_at: string}} StoredMessage
 * @typedef {{file_id: string, name: string, bytes: number}} StoredFile
 * @typedef {{error_type: string, message: string, retryable: boolean}} StoredError
 * @typedef {{run_id: string, thread_id: string, status: string, answer?: string, error?: StoredError,
 *   started_at: string | null, finished_at?: string}} StoredRun
 * @typedef {{tool_name: string, arguments: unknown, result: unknown, error: unknown, status: string,
 *   execution_time_ms: number}} StoredCall
 */

/**
 * One event of a run. Replayed state has no `seq`, `epoch` or `run_seq`.
 * @typedef {{type: string, run_id: string, thread_id: string, agent_name: string, timestamp: string,
 *   payload: Record<string, any>, seq?: number, epoch?: string, run_seq?: number, replayed?: boolean}} RunEvent
 */

/** @typedef {'again' | 'login' | 'stop'} Verdict */

export const ACK_EVERY = 32;
export const ACK_MS = 1000;
export const BACKOFF_MS = 500;
export const BACKOFF_MOST_MS = 30_000;
export const FRAME_BYTES = 65_536;
export const FILE_BYTES = 10_485_760;
export const ENDS = new Set(['agent_completed', 'agent_error']);

const CONTROL = new Set(['hello', 'accepted', 'rejected', 'ping', 'gap', 'bye', 'error']);
const STOPPED = new Map([
  [1009, 'The server refused a message that was too large.'],
  [4502, 'The server did not understand this page. Reload it to get the present version.'],
  [4503, 'Soledoor is open in too many places, so the oldest connection was closed.'],
  [4504, 'The server has moved on to another version. Reload the page.'],
]);

/**
 * @param {Record<string, any>} message
 * @returns {boolean} whether it is a control message rather than an event of a run
 */
export function isControl(message) {
  return CONTROL.has(message.type);
}

/**
 * @param {Record<string, any>} message
 * @returns {message is RunEvent}
 */
export function isRunEvent(message) {
  return !isControl(message) && typeof message.run_id === 'string' && typeof message.payload === 'object'
    && message.payload !== null;
}

/**
 * Decide by the range of a close code what comes next; codes nobody knows follow their range.
 * @param {number} code
 * @returns {Verdict}
 */
export function verdict(code) {
  if (code === 4401) return 'login';
  if (code === 1009 || (code >= 4500 && code <= 4999)) return 'stop';
  return 'again';
}

/**
 * @param {number} code
 * @param {string} reason
 * @returns {string} why the connection stays closed, as a sentence
 */
export function whyStopped(code, reason) {
  const known = STOPPED.get(code);
  if (known) return known;
  return `The server closed the connection (${code}${reason ? `: ${reason}` : ''}).`;
}

/**
 * @param {string} text
 * @returns {number} bytes in UTF-8
 */
export function byteLength(text) {
  return new TextEncoder().encode(text).length;
}
