"""One audit from a path: find, read, judge, and keep what was read."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import NamedTuple

from adapters.audit.cache import Cache, load, place_of, save
from adapters.audit.gathering import Gathered, Progress, gather
from adapters.audit.walking import Found, python_files
from services.audit.configuration import AuditConfigurationError


class Wish(NamedTuple):
    """What is audited, and how it is read."""

    path: Path
    exclude: tuple[str, ...] = ()
    cached: bool = True
    processes: int | None = None


def root_of(path: Path) -> Path:
    """Return the folder that an audit's file names are relative to; raises ``AuditConfigurationError``."""
    if not path.exists():
        raise AuditConfigurationError(str(path), "there is no such file or folder")
    resolved = path.resolve()
    return resolved.parent if resolved.is_file() else resolved


def gathered(wish: Wish, watched: "Watching") -> Gathered:
    """Return the facts of the tree; raises ``AuditConfigurationError`` when it holds no Python file."""
    root = root_of(wish.path)
    found = _files(wish, root)
    if not found:
        raise AuditConfigurationError(str(wish.path), "there is no Python file to audit")
    place = place_of(root)
    cache = load(place) if wish.cached else Cache({})
    with watched(len(found)) as progress:
        facts = gather(root, found, cache, progress, wish.processes)
    if wish.cached and (facts.read or not cache.holds(facts.kept)):
        save(place, facts.kept)
    return facts


class Watching:
    """How the reading of files is shown; this one shows nothing."""

    def __call__(self, total: int) -> AbstractContextManager[Progress]:
        """Return a context that gives what is told about each file."""
        return self.silently(total)

    @contextmanager
    def silently(self, total: int) -> Iterator[Progress]:
        """Show nothing."""
        yield lambda done, of: None


def _files(wish: Wish, root: Path) -> list[Found]:
    if wish.path.is_file():
        known = wish.path.stat()
        return [Found(wish.path.resolve().name, known.st_size, known.st_mtime_ns)]
    return list(python_files(root, wish.exclude))
