"""How a plan goes on over several turns: each step names the calls it still needs, then tells its part of the
answer.

Steps are worked out anew from the messages each time the model is asked, so nothing is kept between calls.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adapters.models.scripted.conversation import Call, Conversation
from adapters.models.scripted.text import capital


class Step(ABC):
    """One part of a question. ``waits`` says that it needs the answers of the steps before it."""

    waits = False

    @abstractmethod
    def calls(self, talk: Conversation, answers: list[str]) -> list[Call]:
        """Return the calls still to be made now; none when the step can answer."""

    @abstractmethod
    def answer(self, talk: Conversation) -> str:
        """Return this step's part of the answer; asked only when no call is left."""


@dataclass(frozen=True, slots=True)
class Say(Step):
    """Something to say that needs no tool."""

    text: str

    def calls(self, talk: Conversation, answers: list[str]) -> list[Call]:
        """Nothing to call."""
        return []

    def answer(self, talk: Conversation) -> str:
        """The text."""
        return self.text


@dataclass(frozen=True, slots=True)
class Ask(Step):
    """Calls that are all known at once; ``tell`` makes the answer of their results."""

    wanted: tuple[Call, ...]
    tell: Callable[[list[Any]], str]
    subject: str

    def calls(self, talk: Conversation, answers: list[str]) -> list[Call]:
        """The calls not made yet."""
        return [call for call in self.wanted if talk.outcome(call) is None]

    def answer(self, talk: Conversation) -> str:
        """The results in words; a failure is said plainly."""
        outcomes = [outcome for call in self.wanted if (outcome := talk.outcome(call))]
        complaints = [complaint(self.subject, outcome.error) for outcome in outcomes if outcome.error]
        return " ".join(dict.fromkeys(complaints)) or self.tell([outcome.result for outcome in outcomes])


def complaint(subject: str, error: str) -> str:
    """Say what could not be done and why."""
    return f"I could not {subject}: {capital(error)}."
