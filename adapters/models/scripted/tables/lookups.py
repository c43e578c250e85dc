"""Which words of a question are values of a text column: known from examples, or to be looked up first."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.models.scripted.tables.columns import Column, Mention, Table
from adapters.models.scripted.tables.filters import Filter
from adapters.models.scripted.tables.query import literal
from adapters.models.scripted.tables.words import NOISE
from adapters.models.scripted.text import QUOTED, WORD, stem

_MOST_CANDIDATES = 10
_MOST_PROBES = 40


@dataclass(frozen=True, slots=True)
class Candidate:
    """Words that may be a value of some text column."""

    text: str
    start: int
    end: int
    certain: bool


def candidates(text: str, found: Sequence[Mention], taken: Sequence[tuple[int, int]]) -> list[Candidate]:
    """Return phrases that may be values: quoted, capitalised, or simply not understood otherwise."""
    spans = [*taken, *((m.start, m.end) for m in found if m.score >= 4)]
    result = []
    for match in QUOTED.finditer(text):
        if match[0].strip("\"'“”`").endswith("the file"):  # where the name of one stood
            continue
        result.append(Candidate(next(g for g in match.groups() if g), *match.span(), certain=True))
    spans += [(c.start, c.end) for c in result]
    run: list[tuple[str, int, int]] = []
    for word, start, end in _usable(text, spans):
        if run and text[run[-1][2] : start].strip() not in {"", "-", "&"}:
            result += _phrases(text, run)
            run = []
        run.append((word, start, end))
    result += _phrases(text, run)
    return result[:_MOST_CANDIDATES]


def _usable(text: str, spans: Sequence[tuple[int, int]]) -> list[tuple[str, int, int]]:
    """Return the words that mean nothing else."""
    found = [(m[0], m.start(), m.end()) for m in re.finditer(r"[^\W_]+(?:['&.+/_-][^\W_]+)*", text)]
    return [
        (word, start, end)
        for word, start, end in found
        if word.lower() not in NOISE and not any(s < end and start < e for s, e in spans)
    ]


def _phrases(text: str, run: list[tuple[str, int, int]]) -> list[Candidate]:
    """Return every run of words up to four, the longest first."""
    phrases = []
    for size in range(min(len(run), 4), 0, -1):
        for at in range(len(run) - size + 1):
            start, end = run[at][1], run[at + size - 1][2]
            certain = size == len(run) and text[start].isupper() and start > 0
            phrases.append(Candidate(text[start:end], start, end, certain))
    return phrases


def by_example(text: str, table: Table, spans: Sequence[tuple[int, int]]) -> list[Filter]:
    """Return values that the description's examples already show, as they are written there."""
    words = [(m[0].lower(), m.start(), m.end()) for m in WORD.finditer(text)]
    found: list[Filter] = []
    for column in table.of_kind("text"):
        for example in sorted(column.examples, key=len, reverse=True):
            wanted = [word.lower() for word in WORD.findall(example)]
            for at in range(len(words) - len(wanted) + 1) if wanted else ():
                window = words[at : at + len(wanted)]
                start, end = window[0][1], window[-1][2]
                if any(s < end and start < e for s, e in [*spans, *((f.start, f.end) for f in found)]):
                    continue
                if _same([w for w, _, _ in window], wanted) and not (
                    len(wanted) == 1 and wanted[0] in NOISE and text[start].islower()
                ):
                    found.append(_equal(column, example, start, end))
    return found


def _same(here: list[str], wanted: list[str]) -> bool:
    return here == wanted or [stem(w) for w in here] == [stem(w) for w in wanted]


def _equal(column: Column, value: str, start: int, end: int) -> Filter:
    return Filter(
        f"LOWER({column.sql}) = LOWER({literal(value)})", f"{column.label} {value}", start, end, column, value
    )


def probes(table: Table, wanted: Sequence[Candidate]) -> list[tuple[Candidate, Column, str]]:
    """Return what must be looked up, since the examples do not show every value: candidate, column and
    form.
    """
    columns = [c for c in table.of_kind("text") if not c.complete]
    pairs = []
    for candidate in wanted:
        forms = dict.fromkeys([candidate.text, *_singulars(candidate.text)])
        pairs += [(candidate, column, form) for form in forms for column in columns]
    return pairs[:_MOST_PROBES]


def _singulars(text: str) -> list[str]:
    if text.lower().endswith("ies"):
        return [text[:-3] + "y"]
    return [text[:-1]] if text.lower().endswith("s") and len(text) > 3 else []


def probe_sql(table: Table, wanted: Sequence[tuple[Candidate, Column, str]]) -> str:
    """Return one SELECT that counts each value in each column."""
    parts = [
        f"SUM(CASE WHEN LOWER({column.sql}) = LOWER({literal(form)}) THEN 1 ELSE 0 END) AS c{index}"
        for index, (_, column, form) in enumerate(wanted)
    ]
    return f"SELECT {', '.join(parts)} FROM {table.name}"  # noqa: S608 - names and values are quoted by us


def probed(wanted: Sequence[tuple[Candidate, Column, str]], counts: Sequence[object]) -> list[Filter]:
    """Return the conditions the counts confirm, longest phrase first and without overlaps."""
    hits = [
        (candidate, column, form)
        for (candidate, column, form), count in zip(wanted, counts, strict=False)
        if isinstance(count, int | float) and count > 0
    ]
    found: list[Filter] = []
    for candidate, column, form in sorted(hits, key=lambda hit: hit[0].start - hit[0].end):
        if all(candidate.end <= f.start or f.end <= candidate.start for f in found):
            found.append(_equal(column, form, candidate.start, candidate.end))
    return found
