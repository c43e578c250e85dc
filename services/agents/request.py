"""What an agent is asked and what it answers: values that travel between run, supervisor and agents."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from services.errors import SoledoorError
from services.ports.models import Message, Usage


@dataclass(frozen=True, slots=True)
class AgentResult:
    """An agent's answer, the tools it called in order, and what the model counted."""

    answer: str
    tools: tuple[str, ...] = ()
    usage: Usage = field(default_factory=Usage)


class AgentFailed(SoledoorError):
    """An agent has no answer. The text may be read by its user; ``error_type`` is for machines."""

    def __init__(self, message: str, *, error_type: str = "agent_failed", retryable: bool = False) -> None:
        self.message, self.error_type, self.retryable = message, error_type, retryable
        super().__init__(message)


def _cancelled() -> AgentFailed:
    return AgentFailed("the run was cancelled", error_type="cancelled")


Settle = Callable[[AgentResult | AgentFailed], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class AgentRequest:
    """One request to one agent.

    ``task`` is the user's text or, for a subagent, its part of it. ``attachments`` maps file names to ids.
    ``agent`` names the one agent the user wants. ``context`` goes into ``agent_started``. ``settle`` is
    awaited once with the outcome before the run's terminal event is sent, so that whoever sees the event
    finds the answer stored. ``subagent_id`` is set for an agent that works for a supervisor; it then sends
    subagent events only. ``why_cancelled`` is asked for the words when the work is cut.
    """

    task: str
    history: tuple[Message, ...] = ()
    attachments: Mapping[str, str] = field(default_factory=dict)
    agent: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    settle: Settle | None = None
    why_cancelled: Callable[[], AgentFailed] = _cancelled
    subagent_id: str | None = None
    stream_answer: bool = False
