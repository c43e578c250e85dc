"""Which columns of a table a sentence speaks of: by name, singular or plural, part of a name, synonym, or
a slip of the pen.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from adapters.models.scripted.tables.synonyms import ADDITIVE, PEOPLE, PLACES, SUPERLATIVES, synonyms
from adapters.models.scripted.text import STOP, WORD, name_words, stem

_NUMERIC = re.compile(r"int|real|float|num|double|dec|long", re.IGNORECASE)
_VAGUE = frozenset({"id", "unit", "number", "per"})
_DATE = re.compile(r"\d{4}-\d{2}(?:-\d{2})?(?:[T ][\d:.+Z-]+)?")


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``kind`` is number, date or text; ``complete`` says that ``examples`` are all its
    values.
    """

    name: str
    kind: str
    stems: tuple[str, ...]
    distinct: int
    examples: tuple[str, ...]
    complete: bool
    unique: bool

    @property
    def sql(self) -> str:
        """The quoted name."""
        return '"' + self.name.replace('"', '""') + '"'

    @property
    def label(self) -> str:
        """The name for reading."""
        return " ".join(name_words(self.name)) or self.name

    @property
    def additive(self) -> bool:
        """Whether several rows are summed up rather than compared: revenue, not prices."""
        return (
            not ADDITIVE.isdisjoint(self.stems)
            and "price" not in self.name.lower()
            and "unit_" not in self.name.lower()
        )

    @property
    def identifies(self) -> bool:
        """Whether it numbers things instead of measuring them."""
        return self.stems[-1:] in {("id",), ("number",), ("no",), ("code",), ("key",), ("nr",), ("sku",)}


@dataclass(frozen=True, slots=True)
class Mention:
    """A column in a sentence; ``sure`` when by its whole name; ``plural`` when many are meant."""

    column: Column
    start: int
    end: int
    score: float
    plural: bool

    @property
    def sure(self) -> bool:
        """Whether the whole name stands there."""
        return self.score >= 10


@dataclass(frozen=True, slots=True)
class Table:
    """What ``table_describe`` told."""

    file: str
    name: str
    rows: int
    columns: tuple[Column, ...]

    def of_kind(self, *kinds: str) -> tuple[Column, ...]:
        """Return the columns of these kinds."""
        return tuple(column for column in self.columns if column.kind in kinds)


def table_of(described: Mapping[str, Any]) -> Table | None:
    """Read a description; None when it has no columns."""
    columns = described.get("columns")
    if not isinstance(columns, Sequence) or isinstance(columns, str) or not columns:
        return None
    rows = described.get("rows")
    rows = rows if isinstance(rows, int) else 0
    found = tuple(_column(spec, rows) for spec in columns if isinstance(spec, Mapping) and spec.get("name"))
    return Table(str(described.get("file") or "the file"), str(described.get("table") or "data"), rows, found)


def _column(spec: Mapping[str, Any], rows: int) -> Column:
    given = spec.get("examples") or ()
    examples = (
        tuple(str(e) for e in given) if isinstance(given, Sequence) and not isinstance(given, str) else ()
    )
    values = [*examples, *(str(spec[key]) for key in ("min", "max") if spec.get(key) is not None)]
    distinct = spec.get("distinct")
    distinct = distinct if isinstance(distinct, int) else rows
    name, kind = str(spec["name"]), str(spec.get("type") or "")
    dated = bool(values) and all(_DATE.fullmatch(value) for value in values)
    return Column(
        name=name,
        kind="number"
        if _NUMERIC.search(kind) and not dated
        else "date"
        if dated or "date" in kind.lower()
        else "text",
        stems=tuple(stem(word) for word in name_words(name)),
        distinct=distinct,
        examples=tuple(dict.fromkeys(values)),
        complete=len(set(values)) >= distinct,
        unique=rows > 0 and distinct >= rows,
    )


def mentions(text: str, table: Table) -> list[Mention]:
    """Return the columns a sentence names, in order, without overlaps; whole names win over parts and
    synonyms.
    """
    parts = [
        (match[0].lower(), match.start(), match.end()) for match in WORD.finditer(text.replace("_", " "))
    ]
    found: list[Mention] = []
    for size in (4, 3, 2, 1):
        for at in range(len(parts) - size + 1):
            window = parts[at : at + size]
            found += [m for column in table.columns if (m := _mention(column, window)) is not None]
    found += _asked_for(parts, table)
    chosen: list[Mention] = []
    for mention in sorted(found, key=lambda m: (-m.score, m.start)):
        if all(mention.end <= other.start or other.end <= mention.start for other in chosen):
            chosen.append(mention)
    return sorted(chosen, key=lambda m: m.start)


def _asked_for(parts: list[tuple[str, int, int]], table: Table) -> list[Mention]:
    """``who`` and ``where`` at the beginning mean the column of people or places, ``who`` else the one
    with most values.
    """
    word, start, end = parts[0] if parts else ("", 0, 0)
    kinds = {"who": PEOPLE, "whose": PEOPLE, "where": PLACES}.get(word)
    texts = table.of_kind("text")
    if kinds is None or not texts:
        return []
    fitting = [column for column in texts if not kinds.isdisjoint(column.stems)]
    if not fitting and word == "where":
        return []
    column = (fitting or sorted(texts, key=lambda c: -c.distinct))[0]
    return [Mention(column, start, end, 5.0, plural=False)]


def _mention(column: Column, window: list[tuple[str, int, int]]) -> Mention | None:
    stems_here = tuple(stem(word) for word, _, _ in window)
    score = _score(column, stems_here, window[0][0])
    if not score:
        return None
    plural = window[-1][0].endswith("s") and not column.name.lower().endswith("s")
    return Mention(column, window[0][1], window[-1][2], score, plural)


def _score(column: Column, here: tuple[str, ...], word: str) -> float:
    if here == column.stems:
        return 10.0 + len(here)
    if len(here) == 1:
        return 0.0 if word in STOP else _word_score(column, here[0], word)
    return 9.0 if len(here) == 2 and "".join(here) == "".join(column.stems) else 0.0


def _word_score(column: Column, here: str, word: str) -> float:
    """A word of the name counts most, then the name written as one word, a slip of the pen, a synonym."""
    if word not in SUPERLATIVES:
        if here in column.stems and here not in _VAGUE:
            return 7.0 - 0.2 * len(column.stems) + (0.5 if column.stems[-1] == here else 0.0)
        if len(word) > 3 and "".join(column.stems) == here:
            return 9.0
        if _close(here, column):
            return 3.5
    elif column.kind == "text":
        return 0.0  # "best selling" measures something
    return 2.0 if _related(here, column) else 0.0


def _related(word: str, column: Column) -> bool:
    telling = [own for own in column.stems if own not in _VAGUE] or column.stems
    return not synonyms().get(word, frozenset()).isdisjoint(telling)


def _close(word: str, column: Column) -> bool:
    """Whether a word is a slip of the pen for a column's name."""
    return len(word) > 3 and any(
        len(own) > 3
        and own[0] == word[0]
        and SequenceMatcher(None, word, own).ratio() >= (0.84 if len(own) > 5 else 0.75)
        for own in column.stems
    )
