import math
import re
import sqlite3
from collections import defaultdict
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.toolkits.builtin import table_query
from adapters.toolkits.builtin.table_loading import Table, load
from adapters.toolkits.builtin.table_query import opened, query
from adapters.toolkits.builtin.table_summary import describe
from services.tools import ToolFailed

SALES = b'region,units,price,"unit price"\nNorth,3,0.1,1\nSouth,5,0.2,2\nNorth,,0.4,3\n'


def never() -> bool:
    return False


def loaded(content: bytes = SALES) -> Table:
    return load(content, lambda _message, _percentage: None)


def rows(sql: str, table: Table | None = None, limit: int = 100) -> list[list[Any]]:
    return query(table or loaded(), sql, limit, never)[1]


def refusal(sql: str) -> str:
    with pytest.raises(ToolFailed) as caught:
        query(loaded(), sql, 100, never)
    return str(caught.value)


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ("SELECT count(*) FROM data", [[3]]),
        ("select region, sum(units) as u from data group by region order by u", [["North", 3], ["South", 5]]),
        ("SELECT sum(price) FROM data", [[0.7]]),
        ("SELECT \"unit price\" FROM data WHERE region = 'South'", [[2]]),
        ("-- words\n/* more */ WITH n AS (SELECT * FROM data) SELECT count(*) FROM n;", [[3]]),
        ("SELECT a.units FROM data a JOIN data b ON a.units < b.units", [[3]]),
        ("SELECT region, rank() OVER (ORDER BY price DESC) FROM data LIMIT 1", [["North", 1]]),
        ("SELECT DISTINCT region FROM data WHERE region LIKE 'n%'", [["North"]]),
        ("SELECT units FROM data UNION ALL SELECT 9 ORDER BY 1", [[None], [3], [5], [9]]),
        ('SELECT region AS "the region" FROM data ORDER BY "the region" LIMIT 1', [["North"]]),
        ("SELECT trim('  x '), trim('xax', 'x'), ltrim(NULL, 'x')", [["x", "a", None]]),
        ("SELECT strftime('%Y', '2026-11-21'), date('2026-11-21', '+1 day')", [["2026", "2026-11-22"]]),
        ("SELECT x'00ff', 9e999, 0.1 + 0.2, NULL, 'a \"b\" c'", [["00ff", "inf", 0.3, None, 'a "b" c']]),
    ],
)
def test_a_reading_statement_gives_its_rows(sql: str, expected: list[list[Any]]) -> None:
    assert rows(sql) == expected


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM data",
        "INSERT INTO data VALUES (1, 2, 3, 4)",
        "UPDATE data SET units = 0",
        "DROP TABLE data",
        "CREATE TABLE x (y)",
        "ATTACH '/tmp/x.db' AS x",
        "PRAGMA query_only = OFF",
        "VACUUM INTO '/tmp/x.db'",
        "EXPLAIN SELECT 1",
        "BEGIN",
        "VALUES (1)",
        "",
        "   ",
        "SELECT 1; DROP TABLE data",
        "SELECT 1; SELECT 2",
        "WITH x AS (SELECT 1) DELETE FROM data",
        "WITH x AS (SELECT 1) INSERT INTO data SELECT 1, 2, 3, 4",
        "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT * FROM r",
        "WITH r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
        "SELECT load_extension('x')",
        "SELECT readfile('/etc/passwd')",
        "SELECT writefile('/tmp/x', 'y')",
        "SELECT randomblob(1000000000)",
        "SELECT zeroblob(1000000000)",
        "SELECT printf('%.*c', 1000000000, 'x')",
        "SELECT * FROM sqlite_master",
        "SELECT * FROM pragma_database_list",
        "SELECT count(*) FROM pragma_table_info('data')",
        "SELECT * FROM json_each('[1]')",
        "SELECT sqlite_version()",
        "SELECT 1 \0",
        "SELECT '" + "x" * 10_000 + "'",
    ],
)
def test_anything_else_is_refused(sql: str) -> None:
    assert refusal(sql).startswith("sql: ")


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT unit FROM data", "there is no column unit, did you mean units?"),
        ("SELECT d.zzz FROM data d", "there is no column zzz; columns: region, units, price, unit price"),
        ('SELECT "unitz" FROM data', "text goes in single quotes"),
        ('SELECT * FROM data WHERE region = "North"', "there is no column 'North'"),
        ("SELECT * FROM sales", "the only table is called data"),
        ("SELECT FROM", "syntax error; columns: region"),
        ("SELECT (1", "incomplete input"),
        ("SELECT 1; SELECT 2", "send one statement"),
        ("SELECT missing(units) FROM data", "no such function"),
        ("SELECT random()", "usual functions"),
        (
            "SELECT group_concat(hex) FROM (SELECT replace(region, 'o', region) hex FROM data), z",
            "no such table",
        ),
    ],
)
def test_a_slip_is_told_with_the_columns_there_are(sql: str, words: str) -> None:
    assert words in refusal(sql)


def test_the_copy_cannot_be_written_even_when_the_authoriser_is_gone() -> None:
    with opened(loaded(), never) as database:
        database.set_authorizer(None)
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            database.execute("DELETE FROM data")


def test_the_authoriser_alone_refuses_every_other_table_and_statement() -> None:
    with opened(loaded(), never) as database:
        for sql in (
            "DELETE FROM data",
            "SELECT * FROM sqlite_master",
            "PRAGMA query_only = OFF",
            "ATTACH '' AS x",
        ):
            with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|prohibited"):
                database.execute(sql)


def test_a_query_leaves_the_loaded_table_as_it_was() -> None:
    table = loaded()
    before = bytes(table.image)
    rows("SELECT * FROM data", table)
    assert table.image == before


def test_a_query_that_takes_too_long_is_ended() -> None:
    table = loaded(b"n\n" + b"1\n2\n3\n4\n5\n" * 40)
    asked = iter(range(10**9))
    with pytest.raises(ToolFailed, match="took too long"):
        query(table, "SELECT count(*) FROM data a, data b, data c, data d", 10, lambda: next(asked) > 20)


def test_selects_that_would_double_on_each_level_are_refused_before_they_are_prepared() -> None:
    levels = "".join(f", a{n} AS (SELECT x + x AS x FROM a{n - 1})" for n in range(1, 40))
    assert "repeat each other" in refusal(
        f"WITH a0 AS (SELECT units AS x FROM data){levels} SELECT x FROM a39"
    )
    nested = "SELECT units AS x FROM data"
    for _ in range(40):
        nested = f"SELECT [x] + `x` AS x FROM ({nested})"
    assert "repeat each other" in refusal(nested)


def test_a_usual_pivot_is_not_taken_for_such_a_thing() -> None:
    cases = ", ".join(f"sum(CASE WHEN units = {n} THEN price ELSE 0 END) AS m{n}" for n in range(24))
    pivot = f"SELECT region, {cases} FROM data GROUP BY region"
    assert rows(f"WITH p AS ({pivot}) SELECT region, m1 + m3 + m5 AS m FROM p") == [
        ["North", 0.1],
        ["South", 0.2],
    ]


def test_rows_and_characters_of_a_result_are_bounded() -> None:
    table = loaded(b"t,n\n" + b"".join(b"%s,%d\n" % (b"x" * 1000, n) for n in range(300)))
    assert query(table, "SELECT n FROM data", 10, never)[1:] == ([[n] for n in range(10)], True)
    assert query(table, "SELECT n FROM data", 300, never)[2] is False
    found, truncated = query(table, "SELECT t FROM data", 300, never)[1:]
    assert truncated
    assert sum(len(str(cell)) for (cell,) in found) <= table_query.MAX_RESULT
    (long,) = rows("SELECT group_concat(t, '') FROM (SELECT t FROM data LIMIT 60)", table)[0]
    assert long == "x" * table_query.MAX_CELL + " ..."
    with pytest.raises(ToolFailed, match="too big"):
        rows("SELECT length(group_concat(t, '')) FROM data", table)


def test_no_single_function_call_takes_minutes() -> None:
    table = loaded(b"t\n" + b"".join(b"%s\n" % (b"a" * 1000) for _ in range(68)))
    whole = "(SELECT group_concat(t, '') FROM data)"
    with pytest.raises(ToolFailed, match="user-defined function"):
        rows(f"SELECT trim({whole}, replace(substr({whole}, 1, 9000), 'a', 'bcdef') || 'a')", table)
    assert rows(f"SELECT instr({whole}, substr({whole}, 1, 34000) || 'b')", table) == [[0]]
    with pytest.raises(ToolFailed, match="LIKE or GLOB pattern too complex"):
        rows(f"SELECT 'x' LIKE substr({whole}, 1, 300)", table)


VALUES = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.none() | st.integers(-1000, 1000),
        st.floats(-1e6, 1e6).map(lambda x: round(x, 3)),
    ),
    min_size=1,
    max_size=60,
)


@given(VALUES)
@settings(max_examples=100, deadline=None)
def test_aggregates_equal_plain_python(values: list[tuple[str, int | None, float]]) -> None:
    lines = "".join(f"{k},{'' if n is None else n},{x:f}\n" for k, n, x in values)
    found = rows(
        "SELECT k, count(n), sum(n), max(x), avg(x) FROM data GROUP BY k", loaded(f"k,n,x\n{lines}".encode())
    )
    groups: dict[str, list[tuple[int | None, float]]] = defaultdict(list)
    for key, number, real in values:
        groups[key].append((number, real))
    assert [row[0] for row in found] == sorted(groups)
    for key, count, total, most, mean in found:
        whole = [n for n, _ in groups[key] if n is not None]
        reals = [x for _, x in groups[key]]
        assert (count, total, most) == (len(whole), sum(whole) if whole else None, max(reals))
        assert math.isclose(mean, sum(reals) / len(reals), rel_tol=1e-9, abs_tol=1e-9)


@given(st.text(st.sampled_from("SELECT*FROMdata(),'\"[]`;-/ union with as a1\n"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_any_text_is_answered_or_refused_and_never_breaks(text: str) -> None:
    try:
        query(loaded(), f"SELECT {text}", 10, never)
    except ToolFailed as error:
        message = str(error)
    else:
        message = "sql: "
    assert re.match("sql: ", message)


def test_a_summary_counts_what_is_there() -> None:
    region, units, *_ = describe(loaded(), never)
    assert region == {
        "name": "region", "type": "text", "nulls": 0, "distinct": 2, "min": "North", "max": "South",
        "examples": ["North", "South"],
    }  # fmt: skip
    assert (units["nulls"], units["distinct"], units["min"], units["max"]) == (1, 2, 3, 5)


def test_long_examples_are_cut_and_a_late_summary_is_ended() -> None:
    (column,) = describe(loaded(b"t\n" + b"x" * 200 + b"\n"), never)
    assert column["examples"] == ["x" * 80 + "..."]
    with pytest.raises(ToolFailed, match="took too long"):
        describe(loaded(b"n\n" + b"1\n" * 3000), lambda: True)
