"""How the bytes of an uploaded table are read; each repair is told, and each fault has its line."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING

from services.tools.tool import ToolFailed

if TYPE_CHECKING:
    from _csv import Reader  # csv itself gives the class no public name

DELIMITERS = ",;\t|"
SAMPLE_CHARACTERS = 65_536
SAMPLE_ROWS = 500
MAX_COLUMNS = 500
MAX_CELL = 16_384
BLOCK = 2000


@dataclass
class CsvText:
    """A decoded table; ``notes`` says what had to be assumed or mended."""

    text: str
    delimiter: str
    columns: tuple[str, ...]
    has_header: bool
    notes: list[str] = field(default_factory=list)

    def blocks(self) -> Iterator[list[list[str]]]:
        """Yield the rows below the header, block by block, each row as wide as the header.

        Raises ``ToolFailed`` naming the line of the first row that is not.
        """
        width = len(self.columns)
        reader = _reader(self.text, self.delimiter)
        try:
            if self.has_header:
                next(row for row in reader if row)
            while block := list(islice(reader, BLOCK)):
                yield block if set(map(len, block)) == {width} else list(self._fitted(block))
        except csv.Error:
            self.find_fault()

    def _fitted(self, block: Sequence[Sequence[str]]) -> Iterator[list[str]]:
        """Leave out blank lines and the empty cells of trailing delimiters."""
        width = len(self.columns)
        for row in block:
            if (row and len(row) < width) or any(row[width:]):
                self.find_fault()
            if row:
                yield list(row[:width])

    def find_fault(self) -> None:
        """Read again, slowly, up to the first fault and raise ``ToolFailed`` naming its line."""
        width = len(self.columns)
        for line, row in _rows(self.text, self.delimiter):
            if len(row) < width or any(row[width:]):
                raise ToolFailed(f"line {line} has {len(row)} cells where the header has {width}: mend it")
            if max(map(len, row)) > MAX_CELL:
                raise ToolFailed(f"line {line}: a cell is longer than {MAX_CELL} characters")


def read_csv(content: bytes) -> CsvText:
    """Return the table; raises ``ToolFailed`` when it is not text or has no rows."""
    notes: list[str] = []
    text = _decoded(content, notes)
    delimiter = _delimiter(text)
    first = next(_rows(text, delimiter), None)
    if first is None:
        raise ToolFailed("the file is empty: it needs a header line and rows")
    header = first[1]
    if len(header) > MAX_COLUMNS:
        raise ToolFailed(
            f"line {first[0]}: the table has {len(header)} columns; at most {MAX_COLUMNS} are possible"
        )
    has_header = not _is_data(header)
    if not has_header:
        notes.append("the first line holds numbers, so it was read as data and the columns were numbered")
        header = [""] * len(header)
    return CsvText(text, delimiter, _names(header, notes if has_header else []), has_header, notes)


def _decoded(content: bytes, notes: list[str]) -> str:
    if content.startswith((b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0")):
        raise ToolFailed("the file is not CSV: export the sheet as CSV and upload that")
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        text = content.decode("latin-1")
        notes.append("the file is not UTF-8 and was read as Latin-1: check letters with accents")
    if "\0" in text:
        raise ToolFailed("the file is not text: it holds zero bytes; upload CSV")
    return text


def _reader(text: str, delimiter: str) -> "Reader":
    return csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield each row that is not blank with the line it starts in."""
    reader = _reader(text, delimiter)
    line = 1
    try:
        for row in reader:
            if row:
                yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise ToolFailed(f"line {line}: {_reason(error)}") from None


def _reason(error: csv.Error) -> str:
    if "unexpected end" in str(error):
        return "a quote is opened here and never closed"
    if "field larger" in str(error):
        return f"a cell is longer than {MAX_CELL} characters, or a quote is never closed"
    return f"quotes are wrong ({error}): write a quote inside a quoted cell twice"


def _delimiter(text: str) -> str:
    """Take the delimiter that splits most rows of the beginning into as many cells as the first."""
    sample = text[:SAMPLE_CHARACTERS]
    return max(DELIMITERS, key=lambda delimiter: _fit(sample, delimiter))


def _fit(sample: str, delimiter: str) -> tuple[float, int]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
    widths = [len(row) for row in islice(reader, SAMPLE_ROWS) if row]
    if not widths or widths[0] < 2:
        return 0, 0
    whole = widths[:-1] if len(widths) > 1 and len(sample) == SAMPLE_CHARACTERS else widths
    return sum(width == whole[0] for width in whole) / len(whole), whole[0]


def _is_data(cells: Sequence[str]) -> bool:
    """Tell whether a first line looks like values: numbers only, and at least one."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and all(_is_number(cell) for cell in filled)


def _is_number(cell: str) -> bool:
    try:
        float(cell.replace(",", "."))
    except ValueError:
        return False
    # A year is a usual heading of a column.
    return not (cell.isdecimal() and 1900 <= int(cell) <= 2100)


def _names(header: Sequence[str], notes: list[str]) -> tuple[str, ...]:
    names: list[str] = []
    taken: set[str] = set()
    for number, cell in enumerate(header, 1):
        wanted = " ".join(cell.replace('"', "").split())[:100]
        name = wanted or f"column_{number}"
        suffix = 2
        while name.lower() in taken:
            name, suffix = f"{wanted or 'column'}_{suffix}", suffix + 1
        if not wanted:
            notes.append(f"column {number} has no name and is called {name}")
        elif name != wanted:
            notes.append(f"column {number} repeats the name {wanted} and is called {name}")
        taken.add(name.lower())
        names.append(name)
    return tuple(names)
