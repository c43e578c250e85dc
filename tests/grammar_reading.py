"""The event grammar of protocol.md section 3, read a second time: for checking recorded streams and the
producer.

It is written from the protocol's sentences and shares nothing with the code under test.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Step = tuple[str, str, str | None]

DIRECT_MAY_SEND = {"tool_executing", "tool_completed", "progress_update"}
PAIRS = {"tool_completed": "tool_executing", "subagent_completed": "subagent_started"}
ENDS = {"agent_completed", "agent_error"}


def is_allowed(taken: Sequence[Step], step: Step) -> bool:
    """Whether the protocol allows this step after those."""
    kind, agent, subject = step
    kinds = [str(earlier) for earlier, _, _ in taken]
    opened = Counter((str(k), s) for k, _, s in taken)
    if any(k in ENDS for k in kinds):
        return False
    if kind == "agent_started":
        return kind not in kinds
    if "agent_started" not in kinds and not (agent == "direct" and kind in DIRECT_MAY_SEND):
        return False
    if kind in ENDS:
        return all(opened[begin, s] == opened[end, s] for end, begin in PAIRS.items() for _, s in opened)
    if kind == "tool_executing":
        return subject is not None and not opened[kind, subject]
    if kind == "subagent_started":
        return subject is not None and opened[kind, subject] == opened["subagent_completed", subject]
    if kind in PAIRS:
        return opened[PAIRS[kind], subject] > opened[str(kind), subject]
    return True


def faults(events: Iterable[Mapping[str, Any]], *, ended: bool = True) -> list[str]:
    """What is wrong with the recorded events of one run, in the order they were received."""
    taken: list[Step] = []
    found: list[str] = []
    for event in events:
        payload = event["payload"]
        step = (event["type"], event["agent_name"], payload.get("subagent_id") or payload.get("call_id"))
        if not is_allowed(taken, step):
            found.append(f"{step} after {[t[0] for t in taken]}")
        taken.append(step)
    if ended and (not taken or taken[-1][0] not in ENDS):
        found.append(f"does not end: {[t[0] for t in taken]}")
    return found
