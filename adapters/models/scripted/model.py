"""The model that needs no network: it reads ordinary English, asks for tools, and writes the answer from
their results.

It is deterministic and keeps nothing of a conversation: the plan is worked out from the messages each time it
is asked.
"""

import re
from collections.abc import AsyncGenerator, Iterator, Sequence

from adapters.models.scripted.conversation import Call, Conversation, conversation
from adapters.models.scripted.planner import plan
from adapters.models.scripted.roles import toolbox
from adapters.models.scripted.routing import OPENING, route
from adapters.models.scripted.steps import Step
from adapters.models.scripted.tools import views
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
from services.sealed import Sealed

_PIECE = re.compile(r"(?:\S+\s*){1,6}|\s+")


class ScriptedModel(ChatModel, metaclass=Sealed):
    """The offline default. It understands sentences about the tools it is given, whichever they are."""

    name = "scripted"

    async def stream(
        self, messages: Sequence[Message], tools: Sequence[ToolSchema] = ()
    ) -> AsyncGenerator[TextDelta | ThinkingDelta | Reply, None]:
        """Yield the answer in pieces of a few words, then the ``Reply``; never raises ``ModelError``."""
        reply = self.reply(messages, tools)
        for piece in _pieces(reply.text):
            yield TextDelta(piece)
        yield reply

    def reply(self, messages: Sequence[Message], tools: Sequence[ToolSchema] = ()) -> Reply:
        """Return the whole reply at once."""
        talk = conversation(messages)
        if talk.system.startswith(OPENING):
            text, calls = "", route(talk, views(tools))
        else:
            text, calls = _turn(talk, plan(talk, toolbox(views(tools))))
        first = 1 + sum(len(message.tool_requests) for message in messages)
        requests = tuple(
            ToolRequest(f"call_{first + n}", call.name, call.arguments) for n, call in enumerate(calls)
        )
        return Reply(text, requests, Usage(_count(messages), len(text.split()) + 8 * len(requests)))


def _turn(talk: Conversation, steps: Sequence[Step]) -> tuple[str, list[Call]]:
    """Return the answer, or the calls that are needed first."""
    answers: list[str] = []
    wanted: list[Call] = []
    for step in steps:
        if step.waits and wanted:
            break
        needed = [call for call in step.calls(talk, answers) if call not in wanted]
        wanted += needed
        if not needed and not wanted:
            answers.append(step.answer(talk))
    return ("", wanted) if wanted else (_together(answers), [])


def _together(answers: Sequence[str]) -> str:
    """Join sentences with spaces, and anything with lines of its own with blank lines."""
    blocks = any("\n" in answer for answer in answers)
    return ("\n\n" if blocks else " ").join(dict.fromkeys(answers))


def _pieces(text: str) -> Iterator[str]:
    return (match[0] for match in _PIECE.finditer(text))


def _count(messages: Sequence[Message]) -> int:
    return sum(message.content.count(" ") + 1 for message in messages)
