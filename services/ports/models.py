"""Port: a chat model. Messages and tool schemas go in, deltas come out; nothing of a provider's library
shows.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class ToolRequest:
    """The model asks for one tool. ``id`` pairs request and result inside this conversation only."""

    id: str
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """One turn of the conversation.

    ``assistant`` turns may hold ``tool_requests``; each is answered by one ``tool`` turn whose
    ``request_id`` and ``tool_name`` name it and whose ``content`` is JSON text.
    """

    role: Literal["system", "user", "assistant", "tool"]
    content: str
    tool_requests: tuple[ToolRequest, ...] = ()
    request_id: str | None = None
    tool_name: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class ToolSchema:
    """What a model is told about a tool. ``parameters`` is a JSON Schema of type object.

    Compared by identity: the application makes each schema once, so a model may remember what it learned
    from one.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens counted by the provider; zeros where it does not count."""

    input_tokens: int = 0
    output_tokens: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(self.input_tokens + other.input_tokens, self.output_tokens + other.output_tokens)


@dataclass(frozen=True, slots=True)
class TextDelta:
    """A piece of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class ThinkingDelta:
    """A piece of the model's reasoning, where the provider shows it."""

    text: str


@dataclass(frozen=True, slots=True)
class Reply:
    """The whole reply: an answer, or requests for tools, or both. Always the last thing a stream yields."""

    text: str
    tool_requests: tuple[ToolRequest, ...] = ()
    usage: Usage = field(default_factory=Usage)


class ModelError(Exception):
    """The model could not answer. ``retryable`` says whether asking again may help; the text is safe to
    show.
    """

    def __init__(self, detail: str, *, retryable: bool) -> None:
        self.detail, self.retryable = detail, retryable
        super().__init__(detail)


class ChatModel(ABC):
    """A model that answers conversations. One object serves all users at once and keeps nothing between
    calls.
    """

    name: str

    @abstractmethod
    def stream(
        self, messages: Sequence[Message], tools: Sequence[ToolSchema] = ()
    ) -> AsyncGenerator[TextDelta | ThinkingDelta | Reply, None]:
        """Yield deltas as they arrive and last, exactly once, the whole ``Reply``.

        Safe to cancel and to close early: nothing is left running. Raises ``ModelError`` when the provider
        refuses or cannot be reached. Tool requests name only tools that were given.
        """
