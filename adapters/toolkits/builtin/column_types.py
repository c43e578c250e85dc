"""Which type a column of text has: the first kind that every cell fits, and what is stored for its cells.

A block of cells is checked with one regular expression, so that ten megabytes take a fraction of a second.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

Stored = int | float | str | None

NULLS = frozenset({"", "-", "n/a", "N/A", "#N/A", "NA", "NaN", "nan", "null", "NULL", "None"})
_EMPTY = "|".join(re.escape(null) for null in sorted(NULLS, key=len, reverse=True))
_BETWEEN = "\0"  # no cell holds it: files with zero bytes are refused


@dataclass(frozen=True, slots=True)
class Kind:
    """One way to read cells.

    ``pattern`` is what a cell looks like and ``convert`` what is stored for it; ``convert`` raises
    ``ValueError`` for cells that only look right, and is asked beforehand when ``checked``. ``implies`` names
    kinds that fit whenever this one does.
    """

    name: str
    type: str
    pattern: str
    convert: Callable[[str], Stored]
    checked: bool = False
    implies: frozenset[str] = frozenset()

    def fits(self, cells: Sequence[str]) -> bool:
        """Tell whether each cell is empty or of this kind; cells come stripped."""
        if not _block(self.pattern).fullmatch(_BETWEEN.join(cells)):
            return False
        try:
            return not self.checked or bool(self.values(cells))
        except ValueError:
            return False

    def values(self, cells: Iterable[str]) -> list[Stored]:
        """Return what is stored; cells come stripped."""
        convert = self.convert
        return [None if cell in NULLS else convert(cell) for cell in cells]


@cache
def _block(pattern: str) -> re.Pattern[str]:
    cell = f"(?:{pattern}|{_EMPTY})"
    return re.compile(f"{cell}(?:{_BETWEEN}{cell})*+", re.ASCII)


def _day_first(cell: str) -> str:
    day, month, year = re.split(r"[./]", cell)
    return date(int(year), int(month), int(day)).isoformat()


def _month_first(cell: str) -> str:
    month, day, year = cell.split("/")
    return date(int(year), int(month), int(day)).isoformat()


def _iso(cell: str) -> str:
    datetime.fromisoformat(cell)
    return cell.replace("T", " ")


def _truth(cell: str) -> int:
    return int(cell.lower() in {"true", "yes"})


def _english(cell: str) -> Stored:
    return float(cell.replace(",", ""))


def _european(cell: str) -> Stored:
    return float(cell.replace(".", "").replace(",", "."))


def _english_whole(cell: str) -> Stored:
    return int(cell.replace(",", ""))


def _european_whole(cell: str) -> Stored:
    return int(cell.replace(".", ""))


_WHOLE = r"(?:0|[1-9]\d{0,14})"
_CLOCK = r"[ T]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[+-]\d\d:\d\d)?"
_NUMERIC = frozenset({"number", "english whole", "english", "european whole", "european"})

KINDS = (
    Kind("integer", "integer", rf"[+-]?+{_WHOLE}", int, implies=_NUMERIC),
    Kind("number", "number", rf"[+-]?+(?:{_WHOLE}(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d\d?)?", float),
    Kind("english whole", "integer", rf"[+-]?+(?:[1-9]\d{{0,2}}(?:,\d{{3}}){{1,4}}|{_WHOLE})",
         _english_whole, implies=frozenset({"english"})),
    Kind("english", "number", rf"[+-]?+(?:[1-9]\d{{0,2}}(?:,\d{{3}}){{1,4}}|{_WHOLE})(?:\.\d+)?", _english),
    Kind("european whole", "integer", rf"[+-]?+(?:[1-9]\d{{0,2}}(?:\.\d{{3}}){{1,4}}|{_WHOLE})",
         _european_whole, implies=frozenset({"european"})),
    Kind("european", "number", rf"[+-]?+(?:[1-9]\d{{0,2}}(?:\.\d{{3}}){{1,4}}|{_WHOLE})(?:,\d+)?", _european),
    Kind("boolean", "boolean", r"(?i:true|false|yes|no)", _truth),
    Kind("iso", "date", rf"\d{{4}}-\d\d-\d\d(?:{_CLOCK})?", _iso, checked=True),
    Kind("dotted", "date", r"\d\d?\.\d\d?\.\d{4}", _day_first, checked=True),
    Kind("day first", "date", r"\d\d?/\d\d?/\d{4}", _day_first, checked=True),
    Kind("month first", "date", r"\d\d?/\d\d?/\d{4}", _month_first, checked=True),
)  # fmt: skip
TEXT = Kind("text", "text", r"[\s\S]*", str)


@dataclass
class ColumnType:
    """Watches the blocks of one column and says in the end what it holds."""

    left: Sequence[Kind] = KINDS
    filled: bool = False

    def watch(self, cells: Sequence[str]) -> None:
        """Drop the kinds that do not fit these cells."""
        if not self.left:
            return
        stripped = list(map(str.strip, cells))
        self.filled = self.filled or not NULLS.issuperset(stripped)
        fitting: list[Kind] = []
        implied: set[str] = set()
        for kind in self.left:
            if kind.name in implied or kind.fits(stripped):
                fitting.append(kind)
                implied |= kind.implies
        self.left = fitting

    def decide(self, column: str, delimiter: str, notes: list[str]) -> Kind:
        """Return the kind; where two readings fit, the choice is told in ``notes``."""
        names = [kind.name for kind in self.left]
        if not names or not self.filled:
            return TEXT
        if names == ["day first", "month first"]:
            notes.append(
                f"column {column} holds dates whose order of day and month is unclear, so it is text"
            )
            return TEXT
        kind = self.left[0]
        if kind.name.startswith("english") and "european" in names:
            kind = self._separated(delimiter)
            notes.append(f"column {column}: a comma was read as {_COMMA[kind.name]}")
        return kind

    def _separated(self, delimiter: str) -> Kind:
        wanted = "european" if delimiter == ";" else self.left[0].name
        return next(kind for kind in self.left if kind.name == wanted)


_COMMA = {
    "european": "the decimal mark",
    "english": "a mark between thousands",
    "english whole": "a mark between thousands",
}
