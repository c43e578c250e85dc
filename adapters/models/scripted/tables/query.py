"""What is asked of a table, as a value, and the one SELECT that answers it."""

from dataclasses import dataclass

from adapters.models.scripted.tables.columns import Column


@dataclass(frozen=True, slots=True)
class Measure:
    """A number to compute: COUNT, AVG, SUM, MIN, MAX, MEDIAN or DISTINCT of a column; ``percent`` takes a
    part of it.
    """

    function: str
    column: Column | None = None
    percent: str | None = None

    @property
    def label(self) -> str:
        """How the answer calls it: ``average price``."""
        if self.function == "COUNT" or self.column is None:
            return "number of rows"
        word = {
            "AVG": "average",
            "SUM": "total",
            "MIN": "lowest",
            "MAX": "highest",
            "MEDIAN": "median",
            "SPREAD": "difference between highest and lowest",
        }.get(self.function)
        if self.function == "DISTINCT":
            return f"number of different {self.column.label} values"
        label = self.column.label
        return label if word is None or word in label.split() else f"{word} {label}"

    @property
    def sql(self) -> str:
        """The expression; a median is none, see ``select``."""
        inner = "COUNT(*)"
        if self.function == "DISTINCT" and self.column is not None:
            inner = f"COUNT(DISTINCT {self.column.sql})"
        elif self.function == "SPREAD" and self.column is not None:
            inner = f"(MAX({self.column.sql}) - MIN({self.column.sql}))"
        elif self.function == "VALUE" and self.column is not None:
            inner = self.column.sql
        elif self.column is not None and self.function != "COUNT":
            function = "AVG" if self.function == "MEDIAN" else self.function
            inner = f"{function}({self.column.sql})"
        return f"{inner} * {self.percent} / 100.0" if self.percent else inner


@dataclass(frozen=True, slots=True)
class Group:
    """What rows are grouped by: a column, or the month, year or day of a date column."""

    column: Column
    part: str = ""

    @property
    def sql(self) -> str:
        """The expression."""
        length = {"year": 4, "month": 7, "day": 10}.get(self.part)
        return f"substr({self.column.sql}, 1, {length})" if length else self.column.sql

    @property
    def label(self) -> str:
        """The name for reading."""
        return self.part or self.column.label


@dataclass(frozen=True, slots=True)
class Query:
    """One question. ``entity`` are columns shown as they are; ``descending`` None means no order by
    measure.
    """

    measures: tuple[Measure, ...] = ()
    groups: tuple[Group, ...] = ()
    entity: tuple[Column, ...] = ()
    filters: tuple[str, ...] = ()
    told_filters: tuple[str, ...] = ()
    order: Column | None = None
    descending: bool | None = None
    limit: int | None = None
    distinct: bool = False
    share: str = ""
    everything: bool = False

    @property
    def scalar(self) -> bool:
        """Whether the answer is one row of numbers."""
        return bool(self.measures) and not self.groups and not self.entity

    def select(self, table: str) -> str:
        """Return the SELECT."""
        if self.share:
            return (
                f"SELECT 100.0 * SUM(CASE WHEN {self.share} THEN 1 ELSE 0 END) / COUNT(*) "  # noqa: S608 - quoted by us
                f"AS share "
                f"FROM {table}{self._where()}"
            )
        median = next((m for m in self.measures if m.function == "MEDIAN"), None)
        if median is not None and median.column is not None:
            return self._median(median, median.column, table)
        shown = [f"{group.sql} AS {_name(group.label)}" for group in self.groups]
        shown += [column.sql for column in self.entity]
        shown += [measure.sql + f" AS {_name(measure.label)}" for measure in self.measures]
        what = "*" if self.everything or not shown else ", ".join(shown)
        grouped = f" GROUP BY {', '.join(group.sql for group in self.groups)}" if self.groups else ""
        distinct = "DISTINCT " if self.distinct else ""
        return f"SELECT {distinct}{what} FROM {table}{self._where()}{grouped}{self._ordered()}"  # noqa: S608 - quoted by us

    def _where(self) -> str:
        return f" WHERE {' AND '.join(self.filters)}" if self.filters else ""

    def _ordered(self) -> str:
        if self.scalar:
            return ""
        way = "DESC" if self.descending else "ASC"
        by = [group.sql for group in self.groups] + [column.sql for column in self.entity]
        if self.order is not None and not self.measures:
            by = [f"{self.order.sql} {way}", *by]
        elif self.descending is not None and self.measures:
            by = [f"{self.measures[0].sql} {way}", *by]
        elif not self.groups and not self.distinct:
            by = []
        text = f" ORDER BY {', '.join(by)}" if by else ""
        return text if self.limit is None else f"{text} LIMIT {self.limit}"

    def _median(self, measure: Measure, column: Column, table: str) -> str:
        """The middle row or rows of each group, numbered by window functions."""
        keys = "".join(f"{group.sql} AS g{index}, " for index, group in enumerate(self.groups))
        part = f"PARTITION BY {', '.join(group.sql for group in self.groups)}" if self.groups else ""
        where = f"{self._where()} AND" if self.filters else " WHERE"
        inner = (
            f"SELECT {keys}{column.sql} AS v, "  # noqa: S608 - quoted by us
            f"ROW_NUMBER() OVER ({part} ORDER BY {column.sql}) AS r, "
            f"COUNT(*) OVER ({part}) AS n FROM {table}{where} {column.sql} IS NOT NULL"
        )
        shown = "".join(f"g{index} AS {_name(group.label)}, " for index, group in enumerate(self.groups))
        value = f"AVG(v) AS {_name(measure.label)}"
        keyed = ", ".join(f"g{index}" for index in range(len(self.groups)))
        way = "" if self.descending is None else f"AVG(v) {'DESC' if self.descending else 'ASC'}, "
        ending = f" GROUP BY {keyed} ORDER BY {way}{keyed}" if keyed else ""
        ending += f" LIMIT {self.limit}" if keyed and self.limit is not None else ""
        middle = f"({inner}) AS middle WHERE r IN ((n + 1) / 2, (n + 2) / 2)"
        return f"SELECT {shown}{value} FROM {middle}{ending}"  # noqa: S608 - quoted by us


def _name(label: str) -> str:
    return '"' + label.replace('"', '""') + '"'


def literal(value: str) -> str:
    """Return a text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
