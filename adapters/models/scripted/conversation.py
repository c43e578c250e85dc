"""What a conversation holds when the model is asked: the question, what its tools answered so far, files, and
what went before.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.models.scripted.text import plain
from services.ports.models import Message

_FILES = re.compile(r"^Attached files: (.+)$", re.MULTILINE)
_FILE = re.compile(r"(?:^|, )(.+?) \(file_id: ([^)\s]+)\)")
_RESULTS = "\n\nResults so far:"
FILE_NAME = re.compile(r"(?<![\w.-])[\w-]+(?:\.[\w-]+)*\.(?:csv|tsv|txt|xlsx|json|parquet)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Call:
    """A tool and its arguments, before it has an id."""

    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call of this turn came to: a result, or an error text."""

    call: Call
    result: Any
    error: str | None


@dataclass(frozen=True, slots=True)
class File:
    """An attached file."""

    name: str
    file_id: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """One question in its surroundings. ``given`` are other agents' answers; ``before`` the earlier user
    messages.
    """

    system: str
    text: str
    given: str
    outcomes: tuple[Outcome, ...]
    before: tuple[str, ...]
    last_answer: str

    @property
    def files(self) -> tuple[File, ...]:
        """The attached files; of two with one name the last."""
        found = {
            name: File(name, file_id)
            for line in _FILES.findall(self.system)
            for name, file_id in _FILE.findall(line)
        }
        return tuple(found.values())

    def outcome(self, call: Call) -> Outcome | None:
        """Return what this very call came to, or None if it was not made in this turn."""
        for outcome in self.outcomes:
            if outcome.call.name == call.name and outcome.call.arguments == call.arguments:
                return outcome
        return None


def conversation(messages: Sequence[Message]) -> Conversation:
    """Read the messages; the last user message is the question."""
    last = max((i for i, m in enumerate(messages) if m.role == "user"), default=-1)
    question = messages[last].content if last >= 0 else ""
    text, _, given = question.partition(_RESULTS)
    earlier = messages[: max(last, 0)]
    answers = [m.content for m in earlier if m.role == "assistant" and m.content]
    return Conversation(
        system="\n".join([m.content for m in messages if m.role == "system"]),
        text=plain(text),
        given=given.strip(),
        outcomes=_outcomes(messages[last + 1 :]),
        before=tuple([plain(m.content.partition(_RESULTS)[0]) for m in earlier if m.role == "user"]),
        last_answer=answers[-1] if answers else "",
    )


def _outcomes(messages: Sequence[Message]) -> tuple[Outcome, ...]:
    asked = {request.id: request for m in messages if m.role == "assistant" for request in m.tool_requests}
    found = []
    for message in messages:
        if message.role == "tool" and message.request_id in asked:
            request = asked[message.request_id]
            result, error = _read(message.content)
            found.append(Outcome(Call(request.name, request.arguments), result, error))
    return tuple(found)


def _read(content: str) -> tuple[Any, str | None]:
    try:
        result = json.loads(content)
    except ValueError:
        return content, None
    if isinstance(result, dict) and len(result) == 1 and isinstance(result.get("error"), dict):
        return None, _complaint(result["error"])
    return result, None


def _complaint(error: Mapping[str, Any]) -> str:
    message = str(error.get("message") or error.get("code") or "it failed")
    details = error.get("details")
    if isinstance(details, list):
        fields = [f"{d.get('field')}: {d.get('message')}" for d in details if isinstance(d, Mapping)]
        message = f"{message} ({'; '.join(fields)})" if fields else message
    return message.rstrip(".")
