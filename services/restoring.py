"""How a run is known again from its events in the log, so that another process can tell it or end it."""

from collections.abc import Sequence

from pydantic_core import from_json

from services.events import LIFECYCLE_ENDS, EventType, RunEvent
from services.journaled_run import JournaledRun, Key
from services.ports.events import Frame, Place


def restored(key: Key, frames: Sequence[Frame], fence: int = 0) -> JournaledRun:
    """Return the run as its kept events tell it. Where the first ones were trimmed it has started all the
    same, and what was opened by them is taken to have ended.
    """
    run = JournaledRun(key, fence)
    run.last_seq = 0
    for frame in frames:
        wire = from_json(frame.data)
        event = RunEvent(
            EventType(wire["type"]), *key, wire["thread_id"], wire["agent_name"], wire["timestamp"],
            wire["run_seq"], wire["payload"],
        )  # fmt: skip
        payload = wire["payload"]
        subject = payload.get("call_id", payload.get("subagent_id"))
        run.grammar.started = run.grammar.started or wire["run_seq"] > 1
        run.grammar.recall(event.type, subject)
        run.remember(event, subject)
        run.last_seq = wire["run_seq"]
    return run


def end_of(frames: Sequence[Frame]) -> Place | None:
    """Return where the terminal event stands; None when the log does not have it."""
    if not frames:
        return None
    wire = from_json(frames[-1].data)
    return Place(wire["epoch"], wire["seq"]) if wire["type"] in LIFECYCLE_ENDS else None
