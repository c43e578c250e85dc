"""Which agents a request goes to, with which part of it, and which of them wait for others.

The supervisor offers one schema per agent. Questions about tables go to the agent described for them, parts
that match another agent's description go there, everything else to the general agent; one agent alone gets
the whole request as it stands.
"""

import re

from adapters.models.scripted.clauses import bare, borders, clauses
from adapters.models.scripted.clocks import ABOUT_TIME
from adapters.models.scripted.conversation import FILE_NAME, Call, Conversation
from adapters.models.scripted.note_phrases import about_notes, keeps_note, saves_result
from adapters.models.scripted.picking import rarity, words_score
from adapters.models.scripted.planner import TABLE_WORDS, tabular
from adapters.models.scripted.sums import sum_in
from adapters.models.scripted.text import stem, stems
from adapters.models.scripted.tools import ToolView

OPENING = "You route a request to agents."
_TABLE = frozenset(
    map(stem, ["csv", "table", "tables", "column", "columns", "spreadsheet", "dataset", "sql"])
)
_GENERAL = frozenset(
    map(stem, ["general", "assistant", "default", "everything", "anything", "other", "everyday"])
)
_NEEDS = re.compile(
    (
        r"\b(?:(?<!is )it(?!'s| is)|them|these|those (?:numbers|figures|results)|the (?:\w+ "
        r")?(?:results?|answers?|outcome|findings?|summary)|both)\b"
    ),
    re.IGNORECASE,
)
_CLEAR = 3.0


def route(talk: Conversation, agents: tuple[ToolView, ...]) -> list[Call]:
    """Return one request per agent that is needed, in the order of the text; none only when there are no
    agents.
    """
    if not agents:
        return []
    router = _Router(talk, agents)
    parts = router.parts()
    chosen = list(dict.fromkeys(agent.name for agent, _ in parts))
    if len(chosen) < 2:
        return [_request(chosen[0] if chosen else router.general.name, talk.text, [])]
    tasks = {name: [clause for agent, clause in parts if agent.name == name] for name in chosen}
    needed = _needs(parts)
    return [
        _request(name, ". ".join(clause.rstrip(". ") for clause in tasks[name]), needed[name])
        for name in chosen
    ]


def _request(name: str, task: str, after: list[str]) -> Call:
    return Call(name, {"task": task, "after": after} if after else {"task": task})


def _needs(parts: list[tuple[ToolView, str]]) -> dict[str, list[str]]:
    """Return which agents each waits for: those before a part that speaks of "it" or "the result"; never in a
    circle.
    """
    needed: dict[str, list[str]] = {agent.name: [] for agent, _ in parts}
    for index, (agent, clause) in enumerate(parts):
        if not (saves_result(clause) or _NEEDS.search(clause)):
            continue
        for other, _ in parts[:index]:
            if (
                other.name != agent.name
                and agent.name not in needed[other.name]
                and other.name not in needed[agent.name]
            ):
                needed[agent.name].append(other.name)
    return needed


class _Router:
    def __init__(self, talk: Conversation, agents: tuple[ToolView, ...]) -> None:
        self._talk, self._agents = talk, agents
        self._weights = rarity(agents)
        tables = [agent for agent in agents if len(_TABLE & (agent.stems | agent.name_stems)) >= 1]
        self._tables = max(tables, key=lambda a: len(_TABLE & (a.stems | a.name_stems)), default=None)
        others = [agent for agent in agents if agent is not self._tables]
        general = [agent for agent in others if not _GENERAL.isdisjoint(agent.stems | agent.name_stems)]
        self.general = next(iter([*general, *others, *agents]))
        self._special = [agent for agent in others if agent is not self.general]
        self._files = bool(talk.files)

    def parts(self) -> list[tuple[ToolView, str]]:
        """Return each part of the text with its agent."""
        text = self._talk.text
        if (
            not self._special
            and not self._files
            and not _speaks_of_tables(text)
            and not _speaks_of_tables(" ".join(self._talk.before[-1:]))
        ):
            return [(self.general, text)]
        found: list[tuple[ToolView, str]] = []
        for clause in clauses(text):
            if found and keeps_note(found[-1][1]) and not self._asks(clause):
                found[-1] = (found[-1][0], f"{found[-1][1]} and {clause}")
            else:
                found += self._split(clause)
        return found

    def _asks(self, clause: str) -> bool:
        return self._claimed(clause) is not None

    def _split(self, clause: str) -> list[tuple[ToolView, str]]:
        if keeps_note(clause) or saves_result(clause):
            return [(self.general, clause)]
        for left, right in borders(clause):
            first, second = self._claimed(left), self._claimed(right)
            if first is not None and second is not None and first is not second:
                return [*self._split(left), *self._split(bare(right))]
        return [(self._claimed(clause) or self.general, clause)]

    def _claimed(self, clause: str) -> ToolView | None:
        """Return the agent a clause clearly belongs to, or None."""
        if about_notes(clause) and not FILE_NAME.search(clause):
            return self.general
        if self._tables is not None and _speaks_of_tables(clause):
            return self._tables
        found = sum_in(clause)
        if found is not None and found.sure:
            return self.general
        if (
            ABOUT_TIME.search(clause)
            and re.search(r"\btimes?\b|\bclock\b|\bdate\b|\d[ap:]", clause)
            and not (self._files and re.search(r"\bper\b|average|total", clause))
        ):
            return self.general
        here = set(stems(clause))
        rated = [
            (words_score(agent, here, self._weights), index) for index, agent in enumerate(self._special)
        ]
        score, index = max(rated, default=(0.0, 0))
        if score >= _CLEAR:
            return self._special[index]
        tables_before = any(_speaks_of_tables(text) for text in self._talk.before[-1:])
        return self._tables if (self._files or tables_before) and tabular(clause) else None


def _speaks_of_tables(text: str) -> bool:
    return FILE_NAME.search(text) is not None or TABLE_WORDS.search(text) is not None
