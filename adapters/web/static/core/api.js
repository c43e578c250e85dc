// @ts-check
// How the page asks over HTTP, and what a refusal carries.

/** A request that was answered "no", or not at all (`status` 0). */
export class Problem extends Error {
  /**
   * @param {number} status
   * @param {Record<string, any>} body
   * @param {number | null} retryAfter seconds
   */
  constructor(status, body, retryAfter = null) {
    super(String(body.detail ?? body.title ?? 'The server did not answer.'));
    this.status = status;
    this.code = String(body.code ?? (status ? 'http_error' : 'unreachable'));
    /** @type {{field: string, message: string}[]} */
    this.fields = Array.isArray(body.errors) ? body.errors : [];
    this.retryAfter = retryAfter;
    this.correlationId = String(body.correlation_id ?? '');
  }
}

/**
 * Send JSON, receive JSON; raises `Problem`.
 * @param {string} method
 * @param {string} path
 * @param {unknown} [body]
 * @returns {Promise<any>}
 */
export async function request(method, path, body) {
  /** @type {RequestInit} */
  const options = { method, credentials: 'same-origin', cache: 'no-store' };
  if (method !== 'GET') {
    options.headers = { 'Content-Type': 'application/json' };
    if (body !== undefined) options.body = JSON.stringify(body);
  }
  const response = await fetch(path, options).catch(() => { throw new Problem(0, {}); });
  const said = await read(response);
  if (response.ok) return said;
  const retryAfter = Number(response.headers.get('Retry-After'));
  throw new Problem(response.status, said ?? {}, retryAfter || null);
}

/**
 * @param {Response} response
 * @returns {Promise<any>}
 */
async function read(response) {
  const text = await response.text();
  try {
    return text ? JSON.parse(text) : null;
  } catch {
    return null;
  }
}

/**
 * Upload a file; an XMLHttpRequest, because fetch tells nothing about how far it is.
 * @param {File} file
 * @param {(share: number) => void} progress from 0 to 1
 * @returns {{done: Promise<import('./protocol.js').StoredFile>, abort: () => void}}
 */
export function upload(file, progress) {
  const sending = new XMLHttpRequest();
  sending.open('PUT', `/api/files/${encodeURIComponent(file.name)}`);
  sending.setRequestHeader('Content-Type', /\.csv$/i.test(file.name) ? 'text/csv' : 'text/plain');
  sending.upload.onprogress = (event) => { if (event.lengthComputable) progress(event.loaded / event.total); };
  const done = new Promise((resolve, reject) => {
    sending.onerror = sending.ontimeout = () => reject(new Problem(0, {}));
    sending.onabort = () => reject(new Problem(0, { code: 'aborted' }));
    sending.onload = () => {
      const said = parsed(sending.responseText);
      if (sending.status < 300) resolve(said);
      else reject(new Problem(sending.status, said, Number(sending.getResponseHeader('Retry-After')) || null));
    };
  });
  sending.send(file);
  return { done, abort: () => sending.abort() };
}

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
