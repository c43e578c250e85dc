"""What the books of questions share: a table, questions about it and others, and ways to check an answer."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median
from typing import Any
from zoneinfo import ZoneInfo

from tests.adapters.models.world import NOW, Told, tells

Check = Callable[[Told], bool]
Row = list[Any]


@dataclass(frozen=True)
class Table:
    """Rows under column names, and what tests compute from them."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Row]

    def col(self, name: str, where: Callable[[Row], bool] = lambda _: True) -> list[Any]:
        return [row[self.columns.index(name)] for row in self.rows if where(row)]

    def by(self, key: str, name: str, aggregate: Callable[[list[Any]], Any]) -> dict[str, Any]:
        groups: dict[str, list[Any]] = {}
        for group, value in zip(self.col(key), self.col(name), strict=True):
            groups.setdefault(group, []).append(value)
        return {group: aggregate(values) for group, values in groups.items()}


@dataclass(frozen=True)
class Book:
    """Questions without a file, and questions asked with the table attached."""

    table: Table
    plain: list[tuple[str, Check]]
    attached: list[tuple[str, Check]]


def avg(values: list[Any]) -> float:
    return float(mean(values))


def med(values: list[Any]) -> float:
    return float(median(values))


def num(*values: float) -> Check:
    return lambda told: all(tells(told.answer, value) for value in values)


def has(*texts: object) -> Check:
    return lambda told: all(str(text).lower() in told.answer.lower() for text in texts)


def both(*checks: Check) -> Check:
    return lambda told: all(check(told) for check in checks)


def grp(values: dict[str, float]) -> Check:
    """Each group stands in a line with its value."""

    def check(told: Told) -> bool:
        lines = told.answer.splitlines()
        return all(any(k in ln and tells(ln.split(k)[1], v) for ln in lines) for k, v in values.items())

    return check


def top(values: dict[str, float], *, least: bool = False) -> Check:
    """One of the groups with the greatest (least) value is named."""
    best = min(values.values()) if least else max(values.values())
    return lambda told: any(group in told.answer for group, value in values.items() if value == best)


def hm(zone: str, hour: int | None = None, minute: int = 0, source: str = "UTC") -> str:
    """The time of day in a zone: now, or when it is ``hour:minute`` in another."""
    moment = NOW.astimezone(ZoneInfo(source))
    if hour is not None:
        moment = dt.datetime(moment.year, moment.month, moment.day, hour, minute, tzinfo=ZoneInfo(source))
    return moment.astimezone(ZoneInfo(zone)).strftime("%H:%M")


def city(zone: str) -> str:
    return zone.split("/")[1].replace("_", " ")
