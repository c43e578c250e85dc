"""How a question about a table is read: what is measured, over which groups, in which order, of which
rows.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from adapters.models.scripted.tables.filters import Filter, conditions
from adapters.models.scripted.tables.query import Group, Measure, Query
from adapters.models.scripted.tables.ranking import Ranking
from adapters.models.scripted.tables.words import (
    LISTING,
    ROWS,
    SHARE,
    SORTED,
    TOP,
    VERSUS,
)

_YES_OR_NO = re.compile(r"(?:is|are|was|were|does|do|did)\b", re.IGNORECASE)


class Reading(Ranking):
    """One question about one table."""

    def query(self) -> Query:
        """Return what is asked."""
        sql, told = conditions(self.text, self._kept())
        if sql and SHARE.search(self.text):
            return Query(share=" AND ".join(sql), told_filters=told)
        top = TOP.search(self.text)
        query = self.ranked(top) or self._measured() or self._listed()
        return self._with(query, sql, told)

    def _kept(self) -> Sequence[Filter]:
        """``is the average price above 10?`` asks for the average of all, not of those above 10."""
        measured = {measure.column for measure in self.measures()} if _YES_OR_NO.match(self.text) else set()
        return [made for made in self.filters if made.value or made.column not in measured]

    def _with(self, query: Query, sql: tuple[str, ...], told: tuple[str, ...]) -> Query:
        groups = query.groups
        if query.scalar and VERSUS.search(self.text):
            valued = [f.column for f in self.filters if f.value]
            groups = (Group(valued[0]),) if len(valued) > 1 and len(set(valued)) == 1 else groups
        return replace(query, groups=groups, filters=sql, told_filters=told)

    def _measured(self) -> Query | None:
        made = self.measures()
        if made:
            return self._ordered(Query(tuple(made), self.groups))
        numeric = [m for m in self._free("number") if not m.column.identifies]
        if self.groups:
            column = numeric[0].column if numeric else None
            measure = Measure("SUM" if column.additive else "AVG", column) if column else Measure("COUNT")
            return self._ordered(Query((measure,), self.groups))
        if (
            numeric
            and not self._free("text", "date")
            and not ROWS.search(self.text)
            and not SORTED.search(self.text)
        ):
            column = numeric[0].column
            if re.search(r"\b(?:how much|what)\b", self.text, re.IGNORECASE):
                return Query((Measure("SUM" if column.additive else "AVG", column),))
        return None

    def _ordered(self, query: Query) -> Query:
        way = self._sorted_way()
        if way is None or not query.groups:
            return query
        by = re.search(r"\bby\s+(?:the\s+)?(?:\w+\s+)?$", self.text[: self._end_of_sort()], re.IGNORECASE)
        named = [
            m
            for m in self.mentions
            if m.column in {g.column for g in query.groups} and SORTED.search(self.text[: m.start][-20:])
        ]
        if named and by is not None:
            return query
        return Query(query.measures, query.groups, descending=way)

    def _end_of_sort(self) -> int:
        match = SORTED.search(self.text)
        return match.end() + 4 if match else 0

    def _sorted_way(self) -> bool | None:
        if re.search(
            (
                r"\b(?:descending|desc|decreasing|highest first|largest first|from (?:high|highest|"
                r"most|largest)|biggest first)\b"
            ),
            self.text,
            re.IGNORECASE,
        ):
            return True
        if re.search(
            (
                r"\b(?:ascending|asc|increasing|lowest first|smallest first|from (?:low|lowest|least|"
                r"smallest))\b"
            ),
            self.text,
            re.IGNORECASE,
        ):
            return False
        return (
            False
            if SORTED.search(self.text) and not re.search(r"\brank", self.text, re.IGNORECASE)
            else True
            if SORTED.search(self.text)
            else None
        )

    def _listed(self) -> Query:
        things = [m for m in self.mentions if m.start not in self.filtering]
        order = next(
            (
                m.column
                for m in things
                if re.search(r"\bby\s+(?:the\s+)?$", self.text[: m.start], re.IGNORECASE)
            ),
            None,
        )
        shown = tuple(dict.fromkeys(m.column for m in things if m.column != order or len(things) == 1))
        texts = [c for c in shown if c.kind != "number"]
        if not shown or ROWS.search(self.text) or (not texts and not LISTING.search(self.text)):
            return Query(order=order, descending=self._sorted_way(), everything=True)
        names = tuple(c for c in shown if c.kind == "text" and not c.unique)
        if (
            len(names) == 1
            and all(c.kind == "number" for c in shown if c not in names)
            and re.search(r"\b(?:which|what|whose)\b", self.text, re.IGNORECASE)
        ):
            return Query(entity=names, distinct=True)
        extra = tuple(dict.fromkeys(f.column for f in self.filters if not f.value and f.column not in shown))
        return Query(
            entity=(*shown, *extra),
            distinct=not extra,
            order=order if order in shown else None,
            descending=self._sorted_way(),
        )
