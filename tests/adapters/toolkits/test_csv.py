import csv
import io
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.toolkits.builtin.column_types import NULLS
from adapters.toolkits.builtin.csv_text import DELIMITERS
from adapters.toolkits.builtin.table_loading import Table, load
from adapters.toolkits.builtin.table_query import query
from services.tools import ToolFailed


def loaded(content: str | bytes) -> Table:
    return load(content.encode() if isinstance(content, str) else content, lambda _message, _percentage: None)


def types(content: str) -> list[str]:
    return [column.type for column in loaded(content).columns]


def cells(content: str | bytes) -> list[list[Any]]:
    return query(loaded(content), "SELECT * FROM data", 1000, lambda: False)[1]


def refusal(content: str | bytes) -> str:
    with pytest.raises(ToolFailed) as caught:
        loaded(content)
    return str(caught.value)


@pytest.mark.parametrize("delimiter", DELIMITERS)
def test_the_delimiter_is_found(delimiter: str) -> None:
    text = "name,city\nAnna,Rome\nBen,Oslo\n".replace(",", delimiter)
    assert cells(text) == [["Anna", "Rome"], ["Ben", "Oslo"]]


def test_a_delimiter_inside_of_cells_does_not_mislead() -> None:
    assert cells('a;b\n"x,y";"1,2,3"\n"z,w";"4,5,6"\n') == [["x,y", "1,2,3"], ["z,w", "4,5,6"]]
    assert cells("a;b\n1,5;x\n2,5;y\n") == [[1.5, "x"], [2.5, "y"]]


def test_a_header_without_rows_is_an_empty_table() -> None:
    table = loaded("a,b\n")
    assert (table.rows, [column.type for column in table.columns]) == (0, ["text", "text"])


def test_one_column_needs_no_delimiter() -> None:
    assert cells("name\nAnna\nBen\n") == [["Anna"], ["Ben"]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_no_part_of_the_header(encoding: str) -> None:
    table = loaded("größe,ort\n1,Köln\n".encode(encoding))
    assert [column.name for column in table.columns] == ["größe", "ort"]
    assert table.notes == ()


def test_latin_1_is_read_and_told() -> None:
    table = loaded("ort,n\nKöln,1\n".encode("latin-1"))
    assert query(table, "SELECT ort FROM data", 1, lambda: False)[1] == [["Köln"]]
    assert "Latin-1" in table.notes[0]


def test_quoted_cells_may_hold_delimiters_quotes_and_line_breaks() -> None:
    assert cells('a,b\n"x\ny","say ""hi"", please"\n') == [["x\ny", 'say "hi", please']]


def test_blank_lines_and_trailing_delimiters_are_passed_over() -> None:
    assert cells("\na,b\n\n1,2,\n\n3,4\n") == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("a,b\n1,2\n3\n", "line 3 has 1 cells where the header has 2"),
        ("a,b\n1,2,3\n", "line 2 has 3 cells"),
        ('a,b\n"x\ny",1\n\nz\n', "line 5 has 1 cells"),
        ('a,b\n1,2\n"x,4\n5,6\n', "line 3: a quote is opened here and never closed"),
        ('a,b\n"x"y,4\n', "line 2: quotes are wrong"),
        ("a,b\n" + "x" * 20_000 + ",1\n", "line 2: a cell is longer than 16384"),
        ("a,b\n" + "x" * 200_000 + ",1\n", "line 2: a cell is longer than 16384"),
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        (b"PK\x03\x04rest", "export the sheet as CSV"),
        (b"a,b\n\x00,1\n", "zero bytes"),
        (",".join(f"c{n}" for n in range(501)), "501 columns; at most 500"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(content: str | bytes, words: str) -> None:
    assert words in refusal(content)


def test_missing_and_repeated_names_are_mended_and_told() -> None:
    table = loaded('n,,N,"a  ""b""\nc",,n_2\n1,2,3,4,5,6\n')
    assert [column.name for column in table.columns] == ["n", "column_2", "N_2", "a b c", "column_5", "n_2_2"]
    assert table.notes[0] == "column 2 has no name and is called column_2"
    assert "column 3 repeats the name N and is called N_2" in table.notes


def test_a_file_without_header_gets_numbered_columns() -> None:
    table = loaded("1,2.5\n3,4.5\n")
    assert [column.name for column in table.columns] == ["column_1", "column_2"]
    assert table.rows == 2
    assert "read as data" in table.notes[0]


def test_years_are_usual_headings() -> None:
    assert [column.name for column in loaded("2024,2025\n1,2\n").columns] == ["2024", "2025"]


@pytest.mark.parametrize(
    ("values", "type_", "stored"),
    [
        (["1", "-2", "+3"], "integer", [1, -2, 3]),
        (["1", "2.5", ".5", "1e3"], "number", [1.0, 2.5, 0.5, 1000.0]),
        (["1,234.50", "950"], "number", [1234.5, 950.0]),
        (["1,234,567", "1,234"], "integer", [1234567, 1234]),
        (["1.234,50", "950"], "number", [1234.5, 950.0]),
        (["1.234.567", "1.234"], "integer", [1234567, 1234]),
        (["0,5", "12,25"], "number", [0.5, 12.25]),
        (["007", "08"], "text", ["007", "08"]),
        (["12345678901234567890", "1"], "text", ["12345678901234567890", "1"]),
        (["1", "x"], "text", ["1", "x"]),
        (["true", "False", "yes", "NO"], "boolean", [1, 0, 1, 0]),
        (["2026-11-21", "2024-02-29"], "date", ["2026-11-21", "2024-02-29"]),
        (["2026-11-21T15:30:00", "2026-11-21"], "date", ["2026-11-21 15:30:00", "2026-11-21"]),
        (["21.11.2026", "1.2.2026"], "date", ["2026-11-21", "2026-02-01"]),
        (["21/11/2026", "01/02/2026"], "date", ["2026-11-21", "2026-02-01"]),
        (["11/21/2026", "01/02/2026"], "date", ["2026-11-21", "2026-01-02"]),
        (["2026-02-30"], "text", ["2026-02-30"]),
        (["1", "", "NA", "-", " 2 "], "integer", [1, None, None, None, 2]),
        (["", "NA"], "text", [None, "NA"]),
        (["x", "", "NA"], "text", ["x", None, "NA"]),
        (["1\n2", "3"], "text", ["1\n2", "3"]),
        (["1_000", "2"], "text", ["1_000", "2"]),
        (["nan", "inf"], "text", ["nan", "inf"]),
        (["٣", "4"], "text", ["٣", "4"]),
    ],
)
def test_a_column_has_the_type_that_every_cell_fits(
    values: list[str], type_: str, stored: list[object]
) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["id", "v"], *([f"x{n}", value] for n, value in enumerate(values))])
    assert types(buffer.getvalue())[1] == type_
    assert [row[1] for row in cells(buffer.getvalue())] == stored


def test_unclear_dates_stay_text_and_are_told() -> None:
    table = loaded("day,n\n01/02/2026,1\n03/04/2026,2\n")
    assert table.columns[0].type == "text"
    assert "order of day and month is unclear" in table.notes[0]


@pytest.mark.parametrize(
    ("delimiter", "value", "words"), [(";", 1.234, "decimal mark"), ("\t", 1234, "between thousands")]
)
def test_a_comma_that_may_mean_two_things_is_read_by_the_delimiter_and_told(
    delimiter: str, value: float, words: str
) -> None:
    text = f"a{delimiter}b\nx{delimiter}1,234\n"
    assert cells(text)[0][1] == value
    assert words in loaded(text).notes[0]


def test_types_hold_over_all_blocks_of_a_long_file() -> None:
    rows = "".join(f"{n},{n}\n" for n in range(4500))
    assert types(f"a,b\n{rows}x,1.5\n") == ["text", "number"]


CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@given(st.integers(2, 4).flatmap(lambda n: st.lists(st.lists(CELL, min_size=n, max_size=n), max_size=20)))
@settings(max_examples=150, deadline=None)
def test_any_text_cells_come_back_as_they_were(rows: list[list[str]]) -> None:
    width = len(rows[0]) if rows else 2
    buffer = io.StringIO()
    header = [f"c{n}" for n in range(width)]
    # A first row of letters keeps every column a column of text.
    csv.writer(buffer).writerows([header, ["text"] * width, *rows])
    found = cells(buffer.getvalue())
    assert found == [["text"] * width, *([cell or None for cell in row] for row in rows)]


@given(st.lists(st.integers(-(10**12), 10**12), min_size=1), st.sampled_from(["{}", "{:,}", "{:,}.00"]))
@settings(max_examples=100, deadline=None)
def test_whole_numbers_keep_their_value_in_each_notation(numbers: list[int], notation: str) -> None:
    text = "k\tn\n" + "".join(f"x\t{notation.format(number)}\n" for number in numbers)
    assert [row[1] for row in cells(text)] == numbers


def test_progress_grows_and_stays_within_bounds() -> None:
    seen: list[float] = []
    load(b"a,b\n" + b"1,2\n" * 10_000, lambda _message, percentage: seen.append(percentage))
    assert seen == sorted(seen)
    assert (seen[0], seen[-1]) == (0, 100)
    assert len(seen) > 5


def test_null_words_are_whole_cells() -> None:
    assert "" in NULLS
    assert types("a,b\nN/A,1\nNA-7,2\n") == ["text", "integer"]
