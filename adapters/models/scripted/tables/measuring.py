"""Which numbers a question asks for: every aggregate with its column."""

import re

from adapters.models.scripted.tables.columns import Column, Mention
from adapters.models.scripted.tables.query import Measure
from adapters.models.scripted.tables.sentence import Sentence
from adapters.models.scripted.tables.words import DISTINCT, FUNCTION, QUANTITY, ROWS, SOLD

_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|percent|per cent)\s+of\s+(?:the\s+)?$", re.IGNORECASE)

_COUNTS = re.compile(
    r"\s*(?:(?:the|of|different|distinct|unique|various|total|all|separate)\s+)*(?:\w+\s+)?", re.IGNORECASE
)
_AMOUNTS = frozenset({"unit", "quantity", "qty", "piec", "sold", "amount", "count", "volum"})


class Measuring(Sentence):
    """A question whose aggregates are read."""

    def measures(self) -> list[Measure]:
        """Return every aggregate of the sentence with its column."""
        numeric = self._free("number")
        made: list[Measure] = []
        aggregates = [m for m in FUNCTION.finditer(self.text) if not self._inside(m)]
        for index, match in enumerate(aggregates):
            function = str(match.lastgroup)
            if function == "COUNT":
                made.append(self._count(match.end()))
                continue
            until = aggregates[index + 1].start() if index + 1 < len(aggregates) else len(self.text)
            column = self._measured_by(match, until, numeric)
            percent = _PERCENT.search(self.text[: match.start()])
            functions = ("MIN", "MAX") if function == "RANGE" else (function,)
            if column is not None:
                made += [Measure(name, column, percent[1] if percent else None) for name in functions]
        return list(dict.fromkeys(made))

    def _inside(self, match: re.Match[str]) -> bool:
        """An aggregate word that is (part of) a column's whole name, or of a condition, aggregates
        nothing.
        """
        spans = [(m.start, m.end) for m in self.mentions if m.sure and m.end - m.start > len(match[0])]
        spans += [(f.start, f.end) for f in self.filters]
        return any(start <= match.start() < end for start, end in spans)

    def _measured_by(self, match: re.Match[str], until: int, numeric: list[Mention]) -> Column | None:
        after = [m for m in numeric if match.start() <= m.start < until]
        later = [m for m in numeric if m.start >= until]
        before = [m for m in numeric if m.end <= match.start()]
        chosen = next(iter([*after, *later, *before[::-1]]), None)
        if chosen is not None:
            return chosen.column
        filtered = [
            m.column for m in self.mentions if m.column.kind == "number" and m.start in self.filtering
        ]
        numbers = [
            c
            for c in self.table.of_kind("number")
            if not c.identifies and c not in {g.column for g in self.groups}
        ]
        return filtered[0] if filtered else numbers[0] if len(numbers) == 1 else None

    def _count(self, at: int) -> Measure:
        """What "how many" counts: different values, pieces of a quantity column, else rows."""
        first = self._counted(at)
        different = DISTINCT.search(self.text[at : at + 25]) is not None
        if first is None or (first.column in {g.column for g in self.groups} and not different):
            return self._pieces(at) or Measure("COUNT")
        column = first.column
        if column.kind == "number" and not column.identifies and not different:
            summed = column.additive or (first.sure and self.text[: first.end].endswith("s"))
            return Measure("SUM", column) if summed else Measure("COUNT")
        named = first.sure or different or column.kind == "text"
        if SOLD.search(self.text) and not different and (pieces := self._pieces(at)) is not None:
            return pieces
        return (
            Measure("DISTINCT", column)
            if named and not column.unique and not self.groups
            else Measure("COUNT")
        )

    def _counted(self, at: int) -> Mention | None:
        """Return the column named right after "how many"."""
        for mention in self.mentions:
            between = self.text[at : mention.start] if mention.start >= at else ","
            if (
                _COUNTS.fullmatch(between)
                and not ROWS.search(between)
                and mention.start not in self.filtering
            ):
                return mention
        return None

    def _pieces(self, at: int) -> Measure | None:
        """``how many Widgets were sold``: the sum of the column that says how many."""
        named = any(0 <= made.start - at <= 15 and made.value for made in self.filters)
        if not SOLD.search(self.text) or not (named or QUANTITY.match(self.text[at:].lstrip())):
            return None
        amounts = [c for c in self.table.of_kind("number") if not _AMOUNTS.isdisjoint(c.stems) and c.additive]
        return Measure("SUM", amounts[0]) if amounts else None
