"""Which columns of a question are groups and which only name a condition."""

import re
from collections.abc import Sequence

from adapters.models.scripted.tables.columns import Mention, Table
from adapters.models.scripted.tables.filters import Filter
from adapters.models.scripted.tables.query import Group
from adapters.models.scripted.tables.words import COUNTED, FUNCTION, GROUP, QUANTITY, SORTED, TOP

_AND = re.compile(r"\s*(?:,|and|and by|,\s*and|&)\s*(?:by\s+|per\s+)?(?:the\s+)?$", re.IGNORECASE)
_PERIOD = re.compile(
    r"\b(?:per|by|each|every|for each)\s+(year|month|day)\b|\b(year|month|dai)ly\b", re.IGNORECASE
)
_RANKED = re.compile(
    r"\b(?:rank|compare|sort|order)\s+(?:all\s+)?(?:the\s+)?(?:different\s+)?$", re.IGNORECASE
)
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)\s*(?:%|percent|per cent)\s+of\s+(?:the\s+)?$", re.IGNORECASE)


class Sentence:
    """One question with the columns and conditions found in it."""

    def __init__(self, text: str, table: Table, found: Sequence[Mention], filters: Sequence[Filter]) -> None:
        self.text, self.table, self.filters = text, table, filters
        taken = [(f.start, f.end) for f in filters if f.value]
        free = [m for m in found if not any(s < m.end and m.start < e for s, e in taken)]
        self.mentions = [m for m in free if not self._means_rows(m)]
        self.filtering = {m.start for m in self.mentions if self._only_filters(m)}
        self.groups = self._groups()

    def _means_rows(self, mention: Mention) -> bool:
        """``how many sales``, ``per sale``: a synonym of a measure that stands for the rows themselves."""
        if mention.score >= 7 or mention.column.kind != "number":
            return False
        word = self.text[mention.start : mention.end]
        return COUNTED.search(self.text[: mention.start]) is not None and not QUANTITY.fullmatch(word)

    def _only_filters(self, mention: Mention) -> bool:
        """A column named only to say which value is meant: "where city is Berlin", "price over 10"."""
        for made in self.filters:
            if made.column != mention.column:
                continue
            if made.start <= mention.start < made.end:
                return True
            gap = (
                self.text[mention.end : made.start]
                if mention.end <= made.start
                else self.text[made.end : mention.start]
            )
            if mention.end <= made.start and re.fullmatch(
                r"[\s:=(\"']*(?:(?:is|are|was|equals?|equal to|of|not|in|called|named|being|=)\b\s*)*[\"']?",
                gap,
                re.IGNORECASE,
            ):
                return not made.value or not FUNCTION.search(
                    self.text[max(0, mention.start - 12) : mention.start]
                )
            if made.end <= mention.start and not made.value and re.fullmatch(r"\s*(?:\w{1,4}\s+)?", gap):
                return True
            if made.end <= mention.start and made.value and re.fullmatch(r"[\"'\s]*", gap):
                return True
        return False

    def _free(self, *kinds: str) -> list[Mention]:
        grouped = {group.column for group in self.groups}
        return [
            m
            for m in self.mentions
            if m.column.kind in kinds and m.start not in self.filtering and m.column not in grouped
        ]

    def _groups(self) -> tuple[Group, ...]:
        groups: list[Group] = []
        last = -1
        for mention in self.mentions:
            before = self.text[: mention.start]
            follows = (
                last >= 0 and _AND.fullmatch(before[last:]) is not None and mention.column.kind != "number"
            )
            ranked = mention.column.kind == "text" and _RANKED.search(before) is not None
            if follows or ranked or (GROUP.search(before) and self._groups_by(mention, before)):
                groups.append(Group(mention.column))
                last = mention.end
        groups += [group for group in self._period() if group.column not in {g.column for g in groups}]
        return tuple(dict.fromkeys(groups)) or self._plural_group()

    def _groups_by(self, mention: Mention, before: str) -> bool:
        by = re.search(r"\bby\s+(?:the\s+)?$", before, re.IGNORECASE)
        if mention.column.kind == "number" and re.search(
            r"\ball(?: the)?\s+$|\bacross\s+(?:\w+\s+)?$", before, re.IGNORECASE
        ):
            return False
        if by and (SORTED.search(before[-25:]) or TOP.search(before)) and mention.column.kind == "number":
            return False
        if by and SORTED.search(before[-12:]):
            return False
        return not (
            by
            and mention.column.kind == "number"
            and not mention.column.identifies
            and mention.column.distinct > 50
        )

    def _period(self) -> list[Group]:
        match = _PERIOD.search(self.text)
        dated = self.table.of_kind("date")
        if match is None or not dated:
            return []
        part = (match[1] or match[2]).lower().replace("dai", "day")
        named = (
            any(m.start <= match.start(1) < m.end and m.sure for m in self.mentions) if match[1] else False
        )
        return [] if named else [Group(dated[0], part)]

    def _plural_group(self) -> tuple[Group, ...]:
        """``the average price of the cities``: a measure over things of which there are many means each of
        them.
        """
        if not re.search(r"\b(?:average|mean|total|median|sum|highest|lowest)\b", self.text, re.IGNORECASE):
            return ()
        for mention in self.mentions:
            before = self.text[: mention.start].lower()
            if (
                mention.plural
                and mention.column.kind == "text"
                and re.search(r"\b(?:for|of|across|in|by)\s+(?:the\s+)?(?:different\s+)?$", before)
            ):
                return (Group(mention.column),) if mention.start not in self.filtering else ()
        return ()
