// @ts-check
// How each event changes the timeline of its run: one line per thing done, updated in place.

/** @typedef {import('./protocol.js').RunEvent} RunEvent */
/** @typedef {import('./run.js').Run} Run */
/** @typedef {import('./run.js').Step} Step */

/** @type {Record<string, (run: Run, event: RunEvent, at: number) => void>} */
const APPLY = {
  agent_started: started,
  agent_thinking: thinking,
  subagent_started: subagentStarted,
  subagent_completed: subagentCompleted,
  tool_approval_required: approvalRequired,
  tool_approval_decided: approvalDecided,
  tool_executing: toolExecuting,
  tool_completed: toolCompleted,
  progress_update: progressed,
  answer_delta: wrote,
  agent_completed: completed,
  agent_error: failed,
};

/**
 * Apply one event; a type nobody knows yet changes nothing.
 * @param {Run} run
 * @param {RunEvent} event
 */
export function applyEvent(run, event) {
  const at = Date.parse(event.timestamp);
  if (run.status === 'queued' || run.status === 'unknown') run.status = 'running';
  if (event.type !== 'agent_thinking') settle(run, 'thinking', at);
  APPLY[event.type]?.(run, event, at);
}

/**
 * End what a lost end left open.
 * @param {Run} run
 * @param {number | null} at
 */
export function closeSteps(run, at) {
  for (const step of run.steps) {
    if (step.state === 'going') {
      step.state = run.status === 'completed' ? 'done' : 'cancelled';
      step.endedAt = at;
    }
  }
}

/**
 * @param {Run} run
 * @param {RunEvent} event
 * @param {number} at
 * @param {Partial<Step> & {kind: Step['kind'], title: string}} more
 * @returns {Step}
 */
function add(run, event, at, more) {
  const inside = run.steps.some((step) => step.kind === 'subagent' && step.state === 'going'
    && step.title === event.agent_name);
  /** @type {Step} */
  const step = {
    key: `${more.kind} ${more.callId || run.steps.length}`, agent: event.agent_name, depth: inside ? 1 : 0, state: 'going', at, endedAt: null, ms: null,
    callId: '', text: '', parameters: undefined, result: undefined, error: null, progress: null, expiresAt: '', ...more,
  };
  run.steps.push(step);
  return step;
}

/**
 * @param {Step | undefined} step
 * @param {Step['state']} state
 * @param {number} at
 * @param {number | null} ms
 */
function end(step, state, at, ms = null) {
  if (!step || step.state !== 'going') return;
  step.state = state;
  step.endedAt = at;
  step.ms = ms;
}

/**
 * @param {Run} run
 * @param {Step['kind']} kind
 * @param {number} at
 */
function settle(run, kind, at) {
  for (const step of run.steps) if (step.kind === kind) end(step, 'done', at);
}

/** @type {typeof APPLY[string]} */
function started(run, event, at) {
  run.startedAt = at;
  run.agent = event.agent_name;
  run.messageId = String(event.payload.context?.message_id ?? run.messageId);
  add(run, event, at, { kind: 'agent', title: event.agent_name, state: 'done', endedAt: at });
}

/** @type {typeof APPLY[string]} */
function thinking(run, event, at) {
  const { reasoning, progress_percentage: percentage } = event.payload;
  const last = run.steps.at(-1);
  const open = last?.kind === 'thinking' && last.state === 'going' && last.agent === event.agent_name;
  const step = open ? last : add(run, event, at, { kind: 'thinking', title: 'Thinking' });
  const text = String(reasoning ?? '');
  step.text = text.startsWith(step.text) ? text : `${step.text}\n${text}`;
  if (typeof percentage === 'number') {
    step.progress = { percentage, text: '', step: null, steps: null, remaining: null };
  }
}

/** @type {typeof APPLY[string]} */
function subagentStarted(run, event, at) {
  add(run, event, at, {
    kind: 'subagent', title: String(event.payload.subagent_name), callId: String(event.payload.subagent_id), depth: 0,
  });
}

/** @type {typeof APPLY[string]} */
function subagentCompleted(run, event, at) {
  const step = run.steps.find((one) => one.kind === 'subagent' && one.callId === String(event.payload.subagent_id));
  const { result, duration_ms: ms } = event.payload;
  if (step) step.result = result;
  end(step, result?.error ? 'failed' : 'done', at, number(ms));
}

/** @type {typeof APPLY[string]} */
function approvalRequired(run, event, at) {
  const { tool_name: tool, parameters, call_id: callId, expires_at: expiresAt, message } = event.payload;
  run.status = 'waiting_approval';
  add(run, event, at, {
    kind: 'approval', title: String(tool), callId, parameters, expiresAt: String(expiresAt), text: String(message ?? ''),
  });
}

/** @type {typeof APPLY[string]} */
function approvalDecided(run, event, at) {
  const { call_id: callId, decision } = event.payload;
  const step = run.steps.find((one) => one.kind === 'approval' && one.callId === callId);
  if (step) step.text = String(decision);
  end(step, decision === 'approved' ? 'done' : 'failed', at);
  if (!run.steps.some((one) => one.kind === 'approval' && one.state === 'going')) run.status = 'running';
}

/** @type {typeof APPLY[string]} */
function toolExecuting(run, event, at) {
  const { tool_name: tool, parameters, call_id: callId } = event.payload;
  add(run, event, at, { kind: 'tool', title: String(tool), callId: String(callId), parameters });
}

/** @type {typeof APPLY[string]} */
function toolCompleted(run, event, at) {
  const { call_id: callId, result, error, success, execution_time_ms: ms, tool_name: tool } = event.payload;
  const step = run.steps.find((one) => one.kind === 'tool' && one.callId === callId)
    ?? add(run, event, at, { kind: 'tool', title: String(tool), callId: String(callId) });
  step.result = result;
  step.error = error ? { code: String(error.code), message: String(error.message) } : null;
  end(step, success ? 'done' : step.error?.code === 'cancelled' ? 'cancelled' : 'failed', at, number(ms));
  if (!run.steps.some((one) => one.kind === 'tool' && one.state === 'going')) settle(run, 'progress', at);
}

/** A bar belongs to the one open tool of its agent; where that is not clear it gets a line of its own. */
/** @type {typeof APPLY[string]} */
function progressed(run, event, at) {
  const data = event.payload.progress_data ?? {};
  const open = run.steps.filter((step) => step.kind === 'tool' && step.state === 'going'
    && step.agent === event.agent_name);
  const title = String(data.progress_type || 'Progress');
  const step = (open.length === 1 ? open[0] : undefined)
    ?? run.steps.find((one) => one.kind === 'progress' && one.state === 'going' && one.title === title)
    ?? add(run, event, at, { kind: 'progress', title });
  step.progress = {
    percentage: number(data.percentage), text: String(data.message || event.payload.message || ''),
    step: number(data.current_step), steps: number(data.total_steps), remaining: number(data.estimated_remaining),
  };
  if (step.kind === 'progress' && data.percentage >= 100) end(step, 'done', at);
}

/** @type {typeof APPLY[string]} */
function wrote(run, event, at) {
  const open = run.steps.some((step) => step.kind === 'writing' && step.state === 'going');
  if (!open) add(run, event, at, { kind: 'writing', title: 'Writing the answer' });
  run.answer += String(event.payload.text);
}

/** @type {typeof APPLY[string]} */
function completed(run, event, at) {
  run.status = 'completed';
  run.answer = typeof event.payload.result === 'string' ? event.payload.result : asText(event.payload.result);
  finish(run, event, at, 'Finished');
}

/** @type {typeof APPLY[string]} */
function failed(run, event, at) {
  const context = event.payload.error_context ?? {};
  const type = String(context.error_type ?? 'error');
  run.status = type === 'cancelled' ? 'cancelled' : 'failed';
  run.error = { type, message: String(event.payload.error_message), retryable: context.retryable === true };
  finish(run, event, at, run.status === 'cancelled' ? 'Cancelled' : 'Failed');
}

/**
 * @param {Run} run
 * @param {RunEvent} event
 * @param {number} at
 * @param {string} title
 */
function finish(run, event, at, title) {
  closeSteps(run, at);
  run.startedAt ??= at;
  run.endedAt = at;
  run.ms = number(event.payload.execution_time_ms);
  run.cancelling = false;
  const state = run.status === 'completed' ? 'done' : run.status === 'cancelled' ? 'cancelled' : 'failed';
  add(run, event, at, { kind: 'end', title, state, endedAt: at, depth: 0 });
}

/** @param {unknown} value */
function number(value) {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

/** @param {unknown} value */
function asText(value) {
  if (value === null || value === undefined) return '';
  return `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;
}
