"""The facts of a whole tree: what the cache knows, what must be read, and what cannot be."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from adapters.audit.cache import Cache, Kept
from adapters.audit.walking import Found
from services.audit.facts.records import FileFacts, restored
from services.audit.findings import Unparsed

Progress = Callable[[int, int], None]
"""Is told how many files are done, of how many."""


class Gathered(NamedTuple):
    """The facts by path, the files without facts, and what to keep for the next time."""

    files: Mapping[str, FileFacts]
    unparsed: Sequence[Unparsed]
    kept: Mapping[str, Kept]
    read: int
    """How many files had to be read."""


def gather(
    root: Path, found: Sequence[Found], cache: Cache, progress: Progress, processes: int | None = None
) -> Gathered:
    """Return the facts of these files."""
    kept: dict[str, Kept] = {}
    left: list[Found] = []
    for each in found:
        known = cache.unchanged(each)
        if known is not None:
            kept[each.path] = known
        else:
            left.append(each)
    left = _by_content(root, left, cache, kept)
    progress(len(kept), len(found))
    if left:
        from adapters.audit.workers import read_all  # noqa: PLC0415 - a tree that is known loads no parser

        for read in read_all(root, left, processes):
            kept[read.found.path] = Kept(read.found.size, read.found.changed_ns, read.digest, read.rows)
            progress(len(kept), len(found))
    paths = sorted(kept)
    rows = {path: kept[path].rows for path in paths}
    files = {path: restored(row) for path, row in rows.items() if not isinstance(row, str)}
    unparsed = [Unparsed(path, row) for path, row in rows.items() if isinstance(row, str)]
    return Gathered(files, unparsed, kept, len(left))


def _by_content(root: Path, found: list[Found], cache: Cache, kept: dict[str, Kept]) -> list[Found]:
    """Take files that were touched or moved, but not changed, out of those that must be read."""
    if cache.empty:
        return found
    from adapters.audit.reading import NotRead, content_of, digest_of  # noqa: PLC0415 - as above

    left = []
    for each in found:
        try:
            known = cache.same_content(digest_of(content_of(root / each.path))) if each.size >= 0 else None
        except NotRead:
            known = None
        if known is not None:
            kept[each.path] = known._replace(size=each.size, changed_ns=each.changed_ns)
        else:
            left.append(each)
    return left
