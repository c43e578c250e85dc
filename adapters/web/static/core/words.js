// @ts-check
// What the page says: durations, sizes, and for each refusal what to do about it.

/** @type {Record<string, string>} */
const CURES = {
  rate_limited: 'You are sending faster than is allowed.',
  too_many_runs: 'Too many of your questions are waiting already. Let one finish, then send this again.',
  too_many_calls: 'Too many tools are at work for you. Let one finish, then try again.',
  throttled: 'Too many attempts.',
  draining: 'The server is about to restart. This is sent again when it is back.',
  overloaded: 'The server is short of memory just now.',
  not_found: 'That conversation, file or agent is not there any more.',
  too_large: 'That is too large. Attach it as a text file instead.',
  too_many_files: 'You have as many files as you may keep. Remove one first.',
  unsupported_media_type: 'Only text and CSV files can be read.',
  unreachable: 'The server cannot be reached. Check the connection and try again.',
  already_set_up: 'There is an administrator already. Log in instead.',
};

/** @type {Record<string, string>} */
const TOOL_ERRORS = {
  timeout: 'took too long and was stopped',
  cancelled: 'was cancelled',
  interrupted: 'was cut off when the server stopped',
  permission_denied: 'is not allowed for you',
  approval_denied: 'was not approved',
  approval_expired: 'was not approved in time',
  rate_limited: 'was called too often',
  too_many_calls: 'had too many calls at once',
  tool_not_found: 'does not exist',
  invalid_arguments: 'got arguments it cannot use',
  draining: 'was refused because the server is stopping',
};

/**
 * @param {string} code
 * @param {string} detail
 * @param {number | null} [seconds] until trying again may help
 */
export function cure(code, detail, seconds = null) {
  const text = CURES[code] ?? (detail || 'The server refused this.');
  return seconds ? `${text} Try again in ${wait(seconds)}.` : text;
}

/** @param {import('./api.js').Problem} problem */
export function problemText(problem) {
  if (problem.status >= 500 && problem.correlationId) {
    return `${problem.message} (${problem.correlationId})`;
  }
  return cure(problem.code, problem.message, problem.retryAfter);
}

/** @param {string} code */
export function toolError(code) {
  return TOOL_ERRORS[code] ?? 'failed';
}

/** @param {number} seconds */
export function wait(seconds) {
  const whole = Math.max(1, Math.ceil(seconds));
  return whole < 90 ? `${whole} s` : `${Math.round(whole / 60)} min`;
}

/** @param {number} ms */
export function took(ms) {
  if (ms < 1) return '< 1 ms';
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** @param {number} ms since the run began */
export function offset(ms) {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))} ms`;
  const s = ms / 1000;
  if (s < 60) return `${s.toFixed(s < 10 ? 2 : 1)} s`;
  return `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, '0')}`;
}

/** @param {number} bytes */
export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(bytes < 10_000 ? 1 : 0)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/**
 * @param {number} at
 * @param {number} now
 */
export function ago(at, now) {
  const minutes = Math.floor((now - at) / 60_000);
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const date = new Date(at);
  const time = date.toLocaleTimeString(undefined, { hour: '2-digit', minute: '2-digit' });
  if (date.toDateString() === new Date(now).toDateString()) return time;
  return `${date.toLocaleDateString(undefined, { day: 'numeric', month: 'short' })}, ${time}`;
}

/**
 * @param {number} count
 * @param {string} one
 */
export function counted(count, one) {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}

/**
 * @param {unknown} value
 * @returns {string} JSON for people to read
 */
export function pretty(value) {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2) ?? '';
}

/**
 * @param {unknown} value
 * @returns {string} arguments or a result on one line
 */
export function inline(value) {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return JSON.stringify(value);
  return Object.entries(value).filter(([, one]) => one !== null).map(([name, one]) => `${name}: ${typeof one === 'string' ? one : JSON.stringify(one)}`).join(', ');
}

/**
 * @param {unknown} result
 * @returns {string} the part of a result that says most, on one line
 */
export function preview(result) {
  if (typeof result === 'object' && result !== null && !Array.isArray(result)) {
    const { text, result: value, unit, row_count: found, rows, columns } = /** @type {Record<string, unknown>} */ (result);
    if (typeof text === 'string') return text;
    if (typeof value === 'string' || typeof value === 'number') return [value, unit].filter(Boolean).join(' ');
    if (typeof found === 'number') return counted(found, 'row');
    if (typeof rows === 'number' && Array.isArray(columns)) return `${counted(rows, 'row')}, ${counted(columns.length, 'column')}`;
  }
  return inline(result).slice(0, 300);
}

/**
 * @param {import('./protocol.js').RunEvent} event
 * @returns {string} what a screen reader says about it; most events are silent
 */
export function spoken({ type, payload }) {
  switch (type) {
    case 'agent_started': return 'Working on it.';
    case 'tool_executing': return `Using ${payload.tool_name}.`;
    case 'tool_completed': return payload.success ? '' : `${payload.tool_name} ${toolError(payload.error?.code)}.`;
    case 'tool_approval_required': return `${payload.tool_name} needs your approval.`;
    case 'agent_completed': return `Answer: ${String(payload.result).slice(0, 400)}`;
    case 'agent_error': return String(payload.error_message);
    default: return '';
  }
}
