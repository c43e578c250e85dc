"""A question about a file: describe it, look unknown values up if need be, ask one SELECT, tell the
answer.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.models.scripted.conversation import FILE_NAME, Call, Conversation, Outcome
from adapters.models.scripted.numerals import in_digits
from adapters.models.scripted.roles import Toolbox
from adapters.models.scripted.steps import Step, complaint
from adapters.models.scripted.tables.columns import Mention, Table, mentions, table_of
from adapters.models.scripted.tables.filters import Filter, comparisons
from adapters.models.scripted.tables.lookups import (
    Candidate,
    by_example,
    candidates,
    probe_sql,
    probed,
    probes,
)
from adapters.models.scripted.tables.query import Query
from adapters.models.scripted.tables.reading import Reading
from adapters.models.scripted.tables.telling import described, tell
from adapters.models.scripted.tables.words import ABOUT_COLUMNS, FUNCTION, NOISE, corrected

_SHAPE = re.compile(r"(?:how many|number of)\s+(?:(?:rows?|columns?|fields|and|the|,)\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Understood:
    """A question as far as it is understood: with ``query``, or with values to look up first."""

    table: Table
    query: Query | None
    lookup: str
    unknown: tuple[str, ...]


class TableStep(Step):
    """One question over one of the files named; of several the one whose columns it mentions most."""

    def __init__(self, question: str, files: Sequence[str], box: Toolbox) -> None:
        assert box.table_describe is not None
        assert box.table_query is not None
        self._question, self._files = in_digits(corrected(FILE_NAME.sub("the file", question))), tuple(files)
        self._describe, self._query = box.table_describe, box.table_query
        self._file_parameter = self._query.parameter("file")
        self._sql_parameter = self._query.parameter("sql")

    def calls(self, talk: Conversation, answers: list[str]) -> list[Call]:
        """Describe, then look up, then query."""
        described_calls = [self._description(file) for file in self._files]
        if missing := [call for call in described_calls if talk.outcome(call) is None]:
            return missing
        understood = self._understood(talk)
        if understood is None:
            return []
        if understood.query is None:
            return [self._select(understood.table, understood.lookup)]
        if self._only_description(understood):
            return []
        call = self._select(understood.table, understood.query.select(understood.table.name))
        return [] if talk.outcome(call) is not None else [call]

    def answer(self, talk: Conversation) -> str:
        """The result in words."""
        understood = self._understood(talk)
        if understood is None:
            errors = [
                o.error
                for call in map(self._description, self._files)
                if (o := talk.outcome(call)) and o.error
            ]
            return complaint("read the file", errors[0] if errors else "its description has no columns")
        if self._only_description(understood) or understood.query is None:
            return described(understood.table, self._question)
        outcome = talk.outcome(self._select(understood.table, understood.query.select(understood.table.name)))
        if outcome is None or outcome.error:
            return complaint(
                "query the table", outcome.error or "no result came" if outcome else "no result came"
            )
        return tell(understood.query, understood.table, outcome.result, understood.unknown)

    def _description(self, file: str) -> Call:
        return Call(self._describe.name, {self._describe.required[0].name: file})

    def _select(self, table: Table, sql: str) -> Call:
        assert self._file_parameter is not None
        assert self._sql_parameter is not None
        return Call(self._query.name, {self._file_parameter.name: table.file, self._sql_parameter.name: sql})

    def _only_description(self, understood: _Understood) -> bool:
        other = _SHAPE.sub("", self._question)
        asks = ABOUT_COLUMNS.search(self._question) is not None and not FUNCTION.search(other)
        return asks and understood.query is not None and not understood.query.filters

    def _understood(self, talk: Conversation) -> _Understood | None:
        chosen = self._table(talk)
        if chosen is None:
            return None
        table, found = chosen
        filters = comparisons(self._question, found, table)
        spans = [*((m.start, m.end) for m in found if m.sure), *((f.start, f.end) for f in filters)]
        filters += by_example(self._question, table, spans)
        wanted = candidates(self._question, found, [(f.start, f.end) for f in filters])
        pairs = probes(table, wanted)
        if pairs:
            sql = probe_sql(table, pairs)
            outcome = talk.outcome(self._select(table, sql))
            if outcome is None:
                return _Understood(table, None, sql, ())
            filters += [made for made in probed(pairs, _counts(outcome)) if not _overlaps(made, filters)]
        found = [m for m in found if m.score > 2 or not any(_covers(f, m) for f in filters)]
        query = Reading(self._question, table, found, filters).query()
        return _Understood(table, query, "", _unknown(wanted, filters, self._question))

    def _table(self, talk: Conversation) -> tuple[Table, list[Mention]] | None:
        tables = []
        for file in self._files:
            outcome = talk.outcome(self._description(file))
            if (
                outcome is not None
                and isinstance(outcome.result, dict)
                and (table := table_of(outcome.result)) is not None
            ):
                tables.append(Table(file, table.name, table.rows, table.columns))
        rated = [(table, mentions(self._question, table)) for table in tables]
        return max(rated, key=lambda pair: sum(m.score for m in pair[1]), default=None)


def _counts(outcome: Outcome) -> Sequence[Any]:
    rows = outcome.result.get("rows") if isinstance(outcome.result, dict) else None
    first = rows[0] if isinstance(rows, list) and rows else []
    return list(first.values()) if isinstance(first, dict) else first if isinstance(first, list) else []


def _overlaps(made: Filter, others: Sequence[Filter]) -> bool:
    return any(made.start < other.end and other.start < made.end for other in others)


def _covers(made: Filter, mention: Mention) -> bool:
    return made.start <= mention.start and mention.end <= made.end


def _unknown(wanted: Sequence[Candidate], filters: Sequence[Filter], question: str) -> tuple[str, ...]:
    """Return names the user surely meant as values but that no column holds."""
    taken = [(f.start, f.end) for f in filters]
    return tuple(
        c.text
        for c in wanted
        if c.certain and c.text.lower() not in NOISE and not any(s < c.end and c.start < e for s, e in taken)
    )
