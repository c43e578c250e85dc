"""Which questions ask for the first or last of something: "which city has the highest …", "top 5 cities by
…".
"""

import re

from adapters.models.scripted.numerals import value_of
from adapters.models.scripted.tables.columns import Column, Mention
from adapters.models.scripted.tables.measuring import Measuring
from adapters.models.scripted.tables.query import Group, Measure, Query
from adapters.models.scripted.tables.words import (
    HIGH,
    LISTING,
    LOW,
    MOST,
    TOP,
)

_WHICH = re.compile(
    r"\b(?:which|who|whose|where)\b|\bwhat\s+(?!is\b|are\b|was\b|were\b|the\b)[a-z]+", re.IGNORECASE
)
_WHO = re.compile(r"(?:who|whose|where)$", re.IGNORECASE)
_ASKED = re.compile(
    r"\b(?:which|what|whose|top|bottom|name of the|first|last)\s+(?:\S+\s+){0,2}$|\bwho\s*$", re.IGNORECASE
)
_NEAR = re.compile(rf"(?:{HIGH.pattern}|{LOW.pattern}|{TOP.pattern})\s+(?:\w+[\s-]+){{0,2}}$", re.IGNORECASE)
_HAVING = re.compile(
    r"\s*(?:with|that|which|having|has|where|who|by|in terms of|is|sold|had)\b", re.IGNORECASE
)


class Ranking(Measuring):
    """A question whose superlatives are read."""

    def ranked(self, top: re.Match[str] | None) -> Query | None:
        """``which city has the highest …``, ``top 5 cities by …``, ``the cheapest product``."""
        high, low = HIGH.search(self.text), LOW.search(self.text)
        if top is None and high is None and low is None:
            return None
        entity = self._entity()
        if entity is None or (top is None and self._plain_superlative(entity)):
            return self._rowsranked(top)
        descending = not (low is not None and (high is None or low.start() <= high.start()))
        if top is not None:
            descending = not (top["bottom"] or top["bottom2"])
        limit = int(float(value_of(top["n"] or top["n2"]))) if top else self._how_many(entity)
        measure = self._ranking_measure(entity)
        if measure.function == "VALUE":
            return Query((measure,), (), (entity.column,), descending=descending, limit=limit)
        others = tuple(g for g in self.groups if g.column != entity.column)
        return Query((measure,), (Group(entity.column), *others), descending=descending, limit=limit)

    def _plain_superlative(self, entity: Mention) -> bool:
        """``the highest price per city`` measures each city and ranks none."""
        return any(g.column == entity.column for g in self.groups) and not _WHICH.search(self.text)

    def _entity(self) -> Mention | None:
        """Return what is ranked: asked for, else beside the superlative, else before "with the highest"."""
        things = [m for m in self.mentions if m.start not in self.filtering and self._is_thing(m)]
        grouped = {g.column for g in self.groups}
        asked = [
            m for m in things if _ASKED.search(self.text[: m.start]) or _WHO.match(self.text[m.start : m.end])
        ]
        near = [m for m in things if _NEAR.search(self.text[: m.start])]
        having = [m for m in things if _HAVING.match(self.text[m.end :])]
        listed = [m for m in things if m.column in grouped and LISTING.search(self.text)]
        return next(iter([*asked, *near, *having, *listed]), None)

    @staticmethod
    def _is_thing(mention: Mention) -> bool:
        return mention.column.kind in {"text", "date"} or mention.column.identifies

    def _how_many(self, entity: Mention) -> int:
        counted = re.search(r"\b(\d+)\s+(?:\w+\s+)?$", self.text[: entity.start])
        return int(counted[1]) if counted else 1

    def _ranking_measure(self, entity: Mention) -> Measure:
        made = [
            m
            for m in self.measures()
            if m.function in {"AVG", "SUM", "MEDIAN", "COUNT", "DISTINCT"} and m.column != entity.column
        ]
        numeric = [m for m in self._free("number") if m.start != entity.start]
        if made:
            return made[0]
        if not numeric:
            column = self._lone_measure() if not MOST.search(self.text) else None
            return Measure("COUNT") if column is None or MOST.search(self.text) else self._of(column, entity)
        return self._of(numeric[0].column, entity)

    def _of(self, column: Column, entity: Mention) -> Measure:
        if entity.column.unique:
            return Measure("VALUE", column)
        if column.additive or MOST.search(self.text):
            return Measure("SUM", column)
        return Measure("MIN" if LOW.search(self.text) else "MAX", column)

    def _lone_measure(self) -> Column | None:
        numbers = [c for c in self.table.of_kind("number") if not c.identifies]
        return numbers[0] if len(numbers) == 1 else None

    def _rowsranked(self, top: re.Match[str] | None) -> Query | None:
        if top is None:
            return None
        limit = int(float(value_of(top["n"] or top["n2"])))
        numeric = self._free("number")
        order = numeric[0].column if numeric and not re.match(r"first|last", top[0], re.IGNORECASE) else None
        return Query(
            order=order,
            descending=not (top["bottom"] or top["bottom2"]) if order else None,
            limit=limit,
            everything=True,
        )
