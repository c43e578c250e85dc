"""The model whose replies a test writes: steps in, replies out, and no step may be left over.

    model = RepliesModel("Hello!")                                       # one conversation
    model = RepliesModel(call("calculate", expression="6 * 7"), "It is 42.")
    model = RepliesModel(per_conversation={"first question": [...], "second question": [...]})
    model = RepliesModel(answer=lambda messages, tools: "always this")

It is no guarded class: a test makes it and overrides the container's ``model`` with it. Several runs may use
one at once: steps belong to a conversation, found by its last user message, so no run takes another's.
"""

from collections import deque
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from typing import Any, Self, TypeAlias

from services.ports.models import (
    ChatModel,
    Message,
    Reply,
    TextDelta,
    ThinkingDelta,
    ToolRequest,
    ToolSchema,
    Usage,
)

Made: TypeAlias = "str | Reply | ToolRequest | Sequence[ToolRequest] | Exception"
Step: TypeAlias = "Made | Callable[[Sequence[Message], Sequence[ToolSchema]], Made]"

_ANY = ""


def call(name: str, /, **arguments: Any) -> ToolRequest:
    """Return a request for one tool; its id is given when the step is used."""
    return ToolRequest("", name, arguments)


class RepliesModel(ChatModel):
    """Answers with the steps given, in order.

    A step is a text, one tool request or several, a whole ``Reply``, an exception to raise, or a callable
    ``(messages, tools)`` that returns one of these. ``answer`` replies whenever the steps are used up.
    Leaving it as a context manager without an error asserts that all steps were used; ``assert_used`` does so
    at any time.
    """

    name = "replies"

    def __init__(
        self,
        *steps: Step,
        per_conversation: Mapping[str, Sequence[Step]] | None = None,
        answer: "Step | None" = None,
    ) -> None:
        self._steps = {key: deque(given) for key, given in (per_conversation or {}).items()}
        self._steps[_ANY] = deque(steps)
        self._answer = answer
        self._requests = 0
        self.asked: list[tuple[Sequence[Message], Sequence[ToolSchema]]] = []

    async def stream(
        self, messages: Sequence[Message], tools: Sequence[ToolSchema] = ()
    ) -> AsyncGenerator[TextDelta | ThinkingDelta | Reply, None]:
        """Use the next step of this conversation; raises what the step says, or ``AssertionError`` when none
        is left.
        """
        self.asked.append((tuple(messages), tuple(tools)))
        reply = self._reply(self._next(messages), messages, tools)
        if reply.text:
            yield TextDelta(reply.text)
        yield reply

    def assert_used(self) -> None:
        """Raise ``AssertionError`` naming the conversations that have steps left."""
        left = {key or "any conversation": len(steps) for key, steps in self._steps.items() if steps}
        if left:
            raise AssertionError(f"steps were not used: {left}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self.assert_used()

    def _next(self, messages: Sequence[Message]) -> Step:
        question = next((m.content for m in reversed(messages) if m.role == "user"), "")
        steps = self._steps.get(question, self._steps[_ANY]) if question else self._steps[_ANY]
        if steps:
            return steps.popleft()
        if self._answer is not None:
            return self._answer
        raise AssertionError(f"no step is left for the question {question!r}")

    def _reply(self, step: Step, messages: Sequence[Message], tools: Sequence[ToolSchema]) -> Reply:
        made = step(messages, tools) if callable(step) else step
        if isinstance(made, Exception):
            raise made
        if isinstance(made, Reply):
            return made
        if isinstance(made, str):
            return Reply(made, usage=Usage(sum(len(m.content.split()) for m in messages), len(made.split())))
        return Reply(
            "", tuple(self._numbered(r) for r in ([made] if isinstance(made, ToolRequest) else made))
        )

    def _numbered(self, request: ToolRequest) -> ToolRequest:
        self._requests += 1
        return (
            request
            if request.id
            else ToolRequest(f"request_{self._requests}", request.name, request.arguments)
        )
