"""How a run that did not end itself is ended honestly, and how runs are told to a reader who has missed
their events.

Both follow the grammar of the protocol (section 3): what is open is closed first, ``agent_started`` comes
first even for a run that never started, and one terminal event comes last.
"""

from datetime import datetime
from typing import Any

from services import payloads
from services.agents.request import AgentFailed
from services.agents.supervisor import Supervisor
from services.context import UserExecutionContext
from services.events import EventType, RunEvent
from services.journal import RunJournal
from services.ports.runs import Run, RunStatus

OUTERMOST = Supervisor.name


async def end_run(
    journal: RunJournal, context: UserExecutionContext, failure: AgentFailed, message_id: str
) -> None:
    """Close what is open and send ``agent_error``; does nothing for a run that has ended. Call shielded."""
    told = {"error_type": failure.error_type, "agent_step": None, "retryable": failure.retryable}
    payload = payloads.agent_error(failure.message, told)
    await _end(journal, context, message_id, EventType.AGENT_ERROR, payload)


async def tell_end(journal: RunJournal, context: UserExecutionContext, run: Run) -> None:
    """Tell the end that the store has, as far as the log does not have it; the run must have ended."""
    if run.error is not None:
        failure = AgentFailed(
            run.error.message, error_type=run.error.error_type, retryable=run.error.retryable
        )
        await end_run(journal, context, failure, run.message_id)
    else:
        payload = payloads.agent_completed(OUTERMOST, run.answer, _milliseconds(run))
        await _end(journal, context, run.message_id, EventType.AGENT_COMPLETED, payload)


async def _end(
    journal: RunJournal,
    context: UserExecutionContext,
    message_id: str,
    event_type: EventType,
    payload: payloads.Payload,
) -> None:
    if journal.has_ended(context.user_id, context.run_id):
        await journal.settle(context)
        return
    if not journal.has_started(context.user_id, context.run_id):
        started = payloads.agent_started(OUTERMOST, {"message_id": message_id})
        await journal.append(context, EventType.AGENT_STARTED, OUTERMOST, started)
    await close_open(journal, context)
    await journal.append(context, event_type, OUTERMOST, payload)


async def close_open(journal: RunJournal, context: UserExecutionContext) -> bool:
    """Complete every call and subagent that is open, as interrupted; return whether the log has all of it."""
    for event in reversed(journal.open_events(context.user_id, context.run_id)):
        await _close(journal, context, event)
    return await journal.settle(context)


def _milliseconds(run: Run) -> float:
    began, ended = run.started_at or run.created_at, run.finished_at
    return 0.0 if ended is None else (ended - began).total_seconds() * 1000


async def _close(journal: RunJournal, context: UserExecutionContext, event: RunEvent) -> None:
    if event.type is EventType.TOOL_EXECUTING:
        call_id, name = event.payload["call_id"], event.payload["tool_name"]
        error = {"code": "interrupted", "message": "the run ended before this call did"}
        payload = payloads.tool_completed(name, call_id, error=error, success=False)
        await journal.append(context, EventType.TOOL_COMPLETED, event.agent_name, payload, call_id)
    else:
        subagent_id, name = event.payload["subagent_id"], event.payload["subagent_name"]
        payload = payloads.subagent_completed(name, subagent_id, {"error": "the run ended"}, 0.0)
        await journal.append(context, EventType.SUBAGENT_COMPLETED, event.agent_name, payload, subagent_id)


def replayed_event(event: RunEvent) -> dict[str, Any]:
    """Return an event's wire form as state: marked, and without a place in the log."""
    return {
        "type": event.type,
        "run_id": event.run_id,
        "thread_id": event.thread_id,
        "agent_name": event.agent_name,
        "user_id": event.user_id,
        "timestamp": event.timestamp,
        "payload": event.payload,
        "replayed": True,
    }


def replayed_run(run: Run) -> list[dict[str, Any]]:
    """Return a run as the store knows it: its ``agent_started`` and, once ended, its terminal event."""
    began = run.started_at or run.created_at
    if run.status is RunStatus.QUEUED:
        return []
    events = [
        _event(
            run,
            EventType.AGENT_STARTED,
            began,
            payloads.agent_started(OUTERMOST, {"message_id": run.message_id}),
        )
    ]
    ended = run.finished_at
    if run.status is RunStatus.COMPLETED and ended is not None:
        payload = payloads.agent_completed(OUTERMOST, run.answer, _milliseconds(run))
        events.append(_event(run, EventType.AGENT_COMPLETED, ended, payload))
    elif run.error is not None and ended is not None:
        told = {"error_type": run.error.error_type, "retryable": run.error.retryable}
        payload = payloads.agent_error(run.error.message, told)
        events.append(_event(run, EventType.AGENT_ERROR, ended, payload))
    return events


def _event(run: Run, event_type: EventType, moment: datetime, payload: dict[str, Any]) -> dict[str, Any]:
    return replayed_event(
        RunEvent(
            type=event_type,
            user_id=run.user_id,
            run_id=run.run_id,
            thread_id=run.thread_id,
            agent_name=OUTERMOST,
            timestamp=moment.isoformat(),
            run_seq=0,
            payload=payload,
        )
    )
