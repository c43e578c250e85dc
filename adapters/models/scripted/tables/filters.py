"""Which rows a question is about: comparisons with numbers and dates, and values of text columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.models.scripted.clock_times import MONTHS
from adapters.models.scripted.numerals import NUMBER, value_of
from adapters.models.scripted.tables.columns import Column, Mention, Table
from adapters.models.scripted.tables.query import literal
from adapters.models.scripted.tables.words import BETWEEN, COMPARISON, NONE, OPERATORS, TOP

_NUMBER = re.compile(rf"(?<![\w.-])(?P<sign>-)?[$€£¥]?(?P<number>{NUMBER})(?![\w-])", re.IGNORECASE)
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_PERIOD = re.compile(
    (
        rf"\b(?:in|during|of|for|from)\s+(?:(?P<month>{'|'.join(MONTHS)})"
        rf"\b(?:,?\s+(?:of\s+)?(?P<year>\d{{4}}))?|(?:the year\s+)?(?P<year2>(?:19|20)\d\d)"
        rf"(?:-(?P<mm>\d\d))?\b)"
    ),
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition, how it is told, and which part of the sentence it took."""

    sql: str
    told: str
    start: int
    end: int
    column: Column
    value: str = ""


def comparisons(text: str, found: Sequence[Mention], table: Table) -> list[Filter]:
    """Return the conditions on numbers and dates."""
    filters = [
        *_absent(text, found),
        *_between(text, found),
        *_periods(text, table),
        *_dates(text, table, found),
    ]
    top = [match.span() for match in TOP.finditer(text)]
    for match in _NUMBER.finditer(text):
        taken = [(f.start, f.end) for f in filters] + top
        if any(start <= match.start() < end for start, end in taken):
            continue
        if (made := _compared(text, match, found)) is not None:
            filters.append(made)
    return filters


def _absent(text: str, found: Sequence[Mention]) -> list[Filter]:
    """``no discount``: zero or nothing."""
    named = [m for m in found if m.column.kind == "number" and NONE.search(text[: m.start])]
    return [
        Filter(f"COALESCE({m.column.sql}, 0) = 0", f"no {m.column.label}", m.start, m.end, m.column)
        for m in named
    ]


def _between(text: str, found: Sequence[Mention]) -> list[Filter]:
    filters = []
    for match in BETWEEN.finditer(text):
        column = _subject(text, match.start(), match.end(), found)
        if column is not None:
            low, high = value_of(match["low"]), value_of(match["high"])
            told = f"{column.label} between {low} and {high}"
            filters.append(
                Filter(f"{column.sql} BETWEEN {low} AND {high}", told, match.start(), match.end(), column)
            )
    return filters


def _compared(text: str, match: re.Match[str], found: Sequence[Mention]) -> Filter | None:
    before = text[: match.start()].rstrip(" $€£¥")
    sign = None
    for candidate in COMPARISON.finditer(before):
        if candidate.end() == len(before) and (
            candidate.start() == 0
            or not (before[candidate.start() - 1].isalnum() and candidate[0][0].isalnum())
        ):
            sign = candidate
            break
    value = ("-" if match["sign"] else "") + value_of(match["number"])
    if sign is None:
        return _adjacent(text, match, found, value)
    kind = str(sign.lastgroup)
    after = re.match(
        r"\s*(?:[a-z%€$]+\s+)?or\s+(more|above|higher|over|older|less|fewer|below|lower|under|younger)",
        text[match.end() :],
        re.IGNORECASE,
    )
    if after:
        kind = "ge" if after[1].lower() in {"more", "above", "higher", "over", "older"} else "le"
    start = sign.start()
    column = _subject(text, start, match.end(), found)
    if column is None or (
        kind == "eq"
        and sign[0].lower() in {"of", "are", "was", "were"}
        and not _right_before(text, start, found)
    ):
        return None
    return Filter(
        f"{column.sql} {OPERATORS[kind]} {value}",
        f"{column.label} {OPERATORS[kind]} {value}",
        start,
        match.end(),
        column,
    )


def _adjacent(text: str, match: re.Match[str], found: Sequence[Mention], value: str) -> Filter | None:
    """``age 30``, ``30 or older``: a number right after a numeric column's name."""
    for mention in found:
        if (
            mention.column.kind == "number"
            and text[mention.end : match.start()].strip() == ""
            and mention.end <= match.start()
        ):
            column = mention.column
            return Filter(
                f"{column.sql} = {value}", f"{column.label} = {value}", mention.start, match.end(), column
            )
    return None


def _right_before(text: str, at: int, found: Sequence[Mention]) -> bool:
    return any(m.column.kind == "number" and m.end <= at and text[m.end : at].strip() == "" for m in found)


def _subject(text: str, start: int, end: int, found: Sequence[Mention]) -> Column | None:
    """Return the numeric column a comparison speaks of: right before, else right after, else inside, else
    nearest.
    """
    numeric = [m for m in found if m.column.kind == "number"]
    inside = [m for m in numeric if start <= m.start < end]
    before = [m for m in numeric if m.end <= start]
    after = [m for m in numeric if m.start >= end]
    filler = r"\s*(?:\w+\s+)?"
    if before and re.fullmatch(
        r"[\s,(]*(?:(?:is|are|was|were|has|being|of|values?|that|which|a|an|the|strictly)\b\s*)*",
        text[before[-1].end : start],
        re.IGNORECASE,
    ):
        return before[-1].column
    if inside:
        return inside[0].column
    if after and re.fullmatch(filler, text[end : after[0].start]):
        return after[0].column
    nearest = [*before[-1:], *after[:1]]
    return nearest[0].column if nearest else None


def _periods(text: str, table: Table) -> list[Filter]:
    dated = table.of_kind("date")
    years = [c for c in table.columns if c.kind == "number" and "year" in c.stems]
    filters = []
    for match in _PERIOD.finditer(text):
        month = MONTHS.index(match["month"].lower()) + 1 if match["month"] else int(match["mm"] or 0)
        year = match["year"] or match["year2"]
        if dated:
            column = dated[0]
            wanted, at, size = (
                (f"{year}-{month:02}", 1, 7)
                if year and month
                else (year, 1, 4)
                if year
                else (f"{month:02}", 6, 2)
            )
            filters.append(
                Filter(
                    f"substr({column.sql}, {at}, {size}) = {literal(wanted)}",
                    f"{column.label} in {match[0].split(' ', 1)[1]}",
                    *match.span(),
                    column,
                )
            )
        elif years and year:
            filters.append(
                Filter(f"{years[0].sql} = {year}", f"{years[0].label} = {year}", *match.span(), years[0])
            )
    return filters


def _dates(text: str, table: Table, found: Sequence[Mention]) -> list[Filter]:
    columns = [m.column for m in found if m.column.kind == "date"] or list(table.of_kind("date"))
    filters: list[Filter] = []
    for match in _DATE.finditer(text):
        if not columns:
            break
        before = text[: match.start()].rstrip().lower()
        kinds = {
            "after": ">",
            "since": ">=",
            "from": ">=",
            "before": "<",
            "until": "<=",
            "by": "<=",
            "between": ">=",
            "and": "<=",
            "to": "<=",
            "till": "<=",
        }
        sign = kinds.get(before.split()[-1] if before else "", "=")
        column = columns[0]
        left = column.sql if sign in {">=", "<"} else f"substr({column.sql}, 1, 10)"
        filters.append(
            Filter(
                f"{left} {sign} {literal(match[0])}",
                f"{column.label} {sign} {match[0]}",
                *match.span(),
                column,
            )
        )
    return filters


def conditions(text: str, filters: Sequence[Filter]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return conditions in SQL and in words; values of one column are alternatives, "not in" turns them
    round.
    """
    grouped: dict[str, list[Filter]] = {}
    for made in filters:
        key = f"{made.column.name}={bool(made.value)}" + ("" if made.value else made.sql)
        grouped.setdefault(key, []).append(made)
    sql, told = [], []
    for alike in grouped.values():
        alternatives = " OR ".join(f.sql for f in alike)
        negated = bool(alike[0].value) and re.search(
            (
                r"\b(?:not|except|excluding|other than|outside|without|but)\s+(?:(?:in|from|for|the|"
                r"of|is|by)\s+)*(?:\w+\s+)?$"
            ),
            text[: alike[0].start],
            re.IGNORECASE,
        )
        sql.append(
            f"NOT ({alternatives})" if negated else f"({alternatives})" if len(alike) > 1 else alternatives
        )
        told.append(("not " if negated else "") + " or ".join(f.told for f in alike))
    return tuple(sql), tuple(told)
