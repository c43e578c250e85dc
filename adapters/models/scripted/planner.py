"""Which steps answer a message: each clause is understood by the first skill that fits, else by the best-
fitting tool.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from adapters.models.scripted.clauses import borders, clauses
from adapters.models.scripted.clocks import clock_steps
from adapters.models.scripted.conversation import FILE_NAME, Conversation
from adapters.models.scripted.followups import is_follow_up, is_fragment, resolved
from adapters.models.scripted.note_phrases import keeps_note
from adapters.models.scripted.notes import note_step, recall_step
from adapters.models.scripted.picking import Choice, best, choice_step
from adapters.models.scripted.roles import Toolbox
from adapters.models.scripted.steps import Say, Step
from adapters.models.scripted.sums import sum_in, sum_step
from adapters.models.scripted.tables.step import TableStep
from adapters.models.scripted.tables.words import ABOUT_COLUMNS, FUNCTION, GROUP, HIGH, LISTING, LOW, TOP
from adapters.models.scripted.talk import asks, cannot, small_talk

TABLE_WORDS = re.compile(
    (
        r"\b(?:csv|tsv|columns?|rows?|tables?|datasets?|data ?set|spreadsheet|the data|records?|"
        r"(?:the|this|that|my|attached|uploaded) (?:\w+ )?(?:file|data|sheet))\b"
    ),
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d|\b(?:noon|midnight|midday|past|o'clock)\b", re.IGNORECASE)
_LEANING = re.compile(r"\b(?:it|that|this|there|them|those|these)\b", re.IGNORECASE)
_GROUPED = re.compile(r"\b(?:per|by|for each|for every|in each|each|every|grouped by)\s+\w+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Understood:
    """The steps of one clause and the kind of skill that made them."""

    kind: str
    steps: tuple[Step, ...]
    sure: bool = True


def plan(talk: Conversation, box: Toolbox) -> list[Step]:
    """Return the steps that answer the last user message; never none."""
    if (said := small_talk(talk.text, box.tools)) is not None:
        return [Say(said)]
    reader = _Reader(talk, box)
    steps: list[Step] = []
    left_over: list[str] = []
    for clause, understood in reader.parts(talk.text):
        if understood is None:
            left_over.append(clause)
        else:
            steps += understood.steps
    if not steps:
        return [Say(cannot(talk.text, box.tools, alone=True))]
    return [*steps, *(Say(cannot(clause, box.tools, alone=False)) for clause in left_over if asks(clause))]


def tabular(clause: str, *, named: bool = False) -> bool:
    """Whether a clause sounds like a question about columns and rows; when ``named``, other than by naming a
    table.
    """
    patterns = (
        FUNCTION,
        _GROUPED,
        HIGH,
        LOW,
        TOP,
        GROUP,
        *((LISTING, ABOUT_COLUMNS) if named else (TABLE_WORDS,)),
    )
    return any(pattern.search(clause) for pattern in patterns)


class _Reader:
    """Understands the clauses of one message."""

    def __init__(self, talk: Conversation, box: Toolbox) -> None:
        self._talk, self._box = talk, box
        self._files = talk.files if box.tables else ()

    def parts(self, text: str) -> Iterator[tuple[str, Understood | None]]:
        """Yield each clause with what it needs; what is not understood joins a note before it or a question
        after it.
        """
        if self._talk.before and (again := self._short_follow_up(text)) is not None:
            return iter([(text, again)])
        found: list[tuple[str, Understood | None]] = []
        for clause in clauses(text):
            before = found[-1] if found else ("", None)
            joined = f"{before[0]} {clause}"
            if (
                before[0]
                and before[1] is None
                and self._leans(before[0], clause)
                and (whole := self._understood(joined)) is not None
            ):
                found[-1] = (joined, whole)
                continue
            understood = list(self._split(clause))
            if (
                len(understood) == 1
                and understood[0][1] is None
                and (more := self._continued(before, clause))
            ):
                found[-1] = more
            else:
                found += understood
        if found and all(understood is None for _, understood in found) and (again := self._follow_up(text)):
            return iter([(text, again)])
        return iter(found)

    def _continued(
        self, before: tuple[str, Understood | None], clause: str
    ) -> tuple[str, Understood | None] | None:
        """Join what means nothing alone to the note or the calculation before it."""
        text, understood = before
        if understood is None or understood.kind not in {"note", "sum"}:
            return None
        joined = f"{text} and {clause}" if keeps_note(text) else f"{text}, {clause}"
        whole = self._understood(joined)
        return (joined, whole) if whole is not None and whole.kind == understood.kind else None

    def _leans(self, before: str, clause: str) -> bool:
        """Whether a question goes on from the statement before it: by its numbers and times, or by "it" and
        "there".
        """
        return (
            _DIGIT.search(before) is not None
            or _LEANING.search(clause) is not None
            or self._understood(clause) is None
        )

    def _split(self, clause: str) -> Iterator[tuple[str, Understood | None]]:
        """Yield a clause whole, or in two where its halves are different questions."""
        whole = self._understood(clause)
        if (
            whole is not None
            and (whole.sure or whole.kind == "note")
            and whole.kind not in {"table", "clock"}
        ):
            yield clause, whole
            return
        for left, right in borders(clause):
            first, second = self._understood(left), self._understood(right)
            if first is None or second is None or not self._apart(whole, first, second):
                continue
            yield from self._split(left)
            yield from self._split(right)
            return
        yield clause, whole

    def _apart(self, whole: Understood | None, first: Understood, second: Understood) -> bool:
        if first.kind == second.kind:
            return whole is None and first.kind != "table"
        return (first.sure and second.sure) or whole is None

    def _understood(self, clause: str) -> Understood | None:
        if (note := note_step(clause, self._box)) is not None:
            return Understood("note", (note,))
        named = FILE_NAME.search(clause) is not None
        choice = best(clause, self._box, self._box.others) if self._box.others else None
        if choice is not None and choice.strong and not (named and self._box.tables):
            return Understood(choice.tool.name, (choice_step(clause, choice),))
        if self._box.tables and (named or TABLE_WORDS.search(clause) is not None):
            return self._table(clause) if asks(clause) or tabular(clause, named=True) else None
        return self._computed(clause, choice) or self._fallback(clause, choice)

    def _computed(self, clause: str, choice: Choice | None) -> Understood | None:
        found = sum_in(clause) if self._box.calculator is not None else None
        if found is not None and found.sure and self._box.calculator is not None:
            return Understood("sum", (sum_step(clause, found, self._box.calculator),))
        if steps := clock_steps(clause, self._box):
            return Understood("clock", tuple(steps))
        if self._files and tabular(clause):
            return self._table(clause)
        if found is not None and choice is None and self._box.calculator is not None:
            return Understood("sum", (sum_step(clause, found, self._box.calculator),), sure=False)
        return None

    def _fallback(self, clause: str, choice: Choice | None) -> Understood | None:
        if choice is not None:
            return Understood(
                choice.tool.name, (choice_step(clause, choice),), sure=not choice.filled.missing
            )
        if (recalled := recall_step(clause, self._box)) is not None:
            return Understood("note", (recalled,))
        if self._files and (asks(clause) or len(clause.split()) <= 8) and small_talk(clause, ()) is None:
            return self._table(clause)
        grouped = (
            self._box.tables and _GROUPED.search(clause) is not None and FUNCTION.search(clause) is not None
        )
        return self._table(clause) if grouped else None

    def _table(self, clause: str) -> Understood:
        files = self._named_files(clause) or [file.file_id for file in self._files] or self._earlier_files()
        if not files:
            return Understood(
                "table",
                (Say("Which file is meant? Attach a CSV file, or name one you have uploaded."),),
                sure=False,
            )
        return Understood("table", (TableStep(clause, files[:4], self._box),))

    def _named_files(self, clause: str) -> list[str]:
        ids = {file.name.lower(): file.file_id for file in self._files}
        names: list[str] = FILE_NAME.findall(clause)
        named = [ids.get(name.lower(), name) for name in names]
        lowered = clause.lower()
        return named or [
            file.file_id for file in self._files if file.name.lower().rpartition(".")[0] + " file" in lowered
        ]

    def _earlier_files(self) -> list[str]:
        texts = [self._talk.text, *reversed(self._talk.before)]
        return next(([name] for text in texts for name in FILE_NAME.findall(text)), [])

    def _short_follow_up(self, text: str) -> Understood | None:
        """``what about per country?`` means the question before, not a question of its own."""
        if not is_fragment(text):
            return None
        alone = self._understood(text)
        return self._follow_up(text) if alone is None or alone.kind == "table" else None

    def _follow_up(self, text: str) -> Understood | None:
        if not is_follow_up(text):
            return None
        for before in self._talk.before[:-4:-1]:
            for question in resolved(text, before):
                if (understood := self._understood(question)) is not None and understood.kind != "note":
                    return understood
        return None
