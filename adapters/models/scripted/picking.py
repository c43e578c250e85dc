"""Which tool fits a sentence, judged by the words of its name and description and by the arguments the
sentence offers.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from adapters.models.scripted.conversation import Call
from adapters.models.scripted.filling import Filled, fill
from adapters.models.scripted.roles import Toolbox
from adapters.models.scripted.steps import Ask, Say, Step
from adapters.models.scripted.telling import subject, told
from adapters.models.scripted.text import VAGUE, capital, listed, name_words, stem, stems
from adapters.models.scripted.tools import ToolView

STRONG, WEAK = 5.0, 2.4
_OTHER_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Choice:
    """A tool, how well it fits, and its arguments."""

    tool: ToolView
    score: float
    filled: Filled

    @property
    def strong(self) -> bool:
        """Whether nothing is missing and the words are clear."""
        return self.score >= STRONG and not self.filled.missing


@lru_cache(maxsize=128)
def rarity(tools: tuple[ToolView, ...]) -> dict[str, float]:
    """Return how much a stem tells about these tools: less, the more of them use it."""
    counts = Counter(word for tool in tools for word in tool.name_stems | tool.stems)
    return {word: 1 / count for word, count in counts.items()}


@lru_cache(maxsize=128)
def vocabulary(tools: tuple[ToolView, ...]) -> frozenset[str]:
    """Return every stem that speaks for one of the tools."""
    return (
        frozenset().union(*(tool.name_stems | tool.stems | tool.related for tool in tools))
        if tools
        else frozenset()
    )


def best(clause: str, box: Toolbox, among: Sequence[ToolView]) -> Choice | None:
    """Return the tool that fits best, or None when none fits."""
    here = set(stems(clause))
    if here.isdisjoint(vocabulary(box.others)) and not among:
        return None
    weights = rarity(box.tools)
    rated = [(tool, words_score(tool, here, weights)) for tool in among]
    choices = [Choice(tool, score, fill(tool, clause)) for tool, score in rated if score >= 1]
    choices = [Choice(c.tool, c.score + _fit(c), c.filled) for c in choices]
    top = max(choices, key=lambda choice: choice.score, default=None)
    return top if top is not None and top.score >= WEAK else None


def words_score(tool: ToolView, here: set[str], weights: dict[str, float]) -> float:
    """Rate a tool by the words it shares with a sentence."""
    named = tool.name_stems & here
    score = 4.0 * len(named) / max(1, min(len(tool.name_stems), 2)) if named else 0.0
    score += sum(1.2 * weights.get(word, 1.0) + 0.2 for word in (tool.stems & here) - tool.name_stems)
    if tool.related & here:
        score += 1.6 + 0.3 * (len(tool.related & here) - 1)
    vague = {stem(word) for word in name_words(tool.name) if word in VAGUE}
    return score + 0.4 * len(vague & here)


def _fit(choice: Choice) -> float:
    if choice.filled.missing:
        return -1.0 * len(choice.filled.missing)
    return 0.9 * choice.filled.fitting + (0.4 if choice.tool.required else 0)


def choice_step(clause: str, choice: Choice) -> Step:
    """Return the step that uses the tool, or that asks for what it still needs."""
    tool = choice.tool
    if choice.filled.missing:
        wanted = listed([_label(p.name) for p in choice.filled.missing])
        return Say(f"To use {_label(tool.name)} I still need the {wanted}. Please tell me.")
    call = Call(tool.name, dict(choice.filled.arguments))
    return Ask((call,), _teller(clause, tool), f"use {_label(tool.name)}")


def _label(name: str) -> str:
    return " ".join(name_words(name))


def _teller(clause: str, tool: ToolView) -> Callable[[list[Any]], str]:
    about = subject(clause)
    first = _OTHER_WORDS.match(about.lower())
    short = (
        about
        and len(about) <= 60
        and not (first and stem(first[0]) in tool.name_stems | tool.related and "?" not in clause)
    )
    return lambda results: told(results[0], capital(about if short else _label(tool.name)))
