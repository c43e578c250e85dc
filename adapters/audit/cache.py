"""Records of files that were read before: one file for each audited tree, in the user's cache directory."""

import os
import sys
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from adapters.audit.walking import Found
from services.audit.facts.records import FORMAT

VERSION = [FORMAT, *sys.version_info[:2]]
"""What was read by another version is not believed: records and grammar may differ."""


class Kept(NamedTuple):
    """What is known of one file: its state when it was read, and its records or why there are none."""

    size: int
    changed_ns: int
    digest: str
    rows: Any
    """Nested lists, or the reason as a text."""


class Cache:
    """Kept records by path; content that moved is found by its digest."""

    def __init__(self, kept: Mapping[str, Kept]) -> None:
        self._kept = kept
        self._by_digest = {each.digest: each for each in kept.values()}

    @property
    def empty(self) -> bool:
        """Whether nothing is kept."""
        return not self._kept

    def holds(self, kept: Mapping[str, Kept]) -> bool:
        """Whether nothing would change by keeping these."""
        return kept.keys() == self._kept.keys() and all(
            self._kept[path] is each for path, each in kept.items()
        )

    def unchanged(self, found: Found) -> Kept | None:
        """Return what is kept of a file that was not touched since."""
        kept = self._kept.get(found.path)
        if kept is None or (kept.size, kept.changed_ns) != (found.size, found.changed_ns):
            return None
        return kept

    def same_content(self, digest: str) -> Kept | None:
        """Return what is kept of any file of this content."""
        return self._by_digest.get(digest)


def place_of(root: Path) -> Path:
    """Return the cache file of a tree."""
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    name = blake2b(str(root).encode(), digest_size=12).hexdigest()
    return Path(home) / "soledoor" / "audit" / f"{name}.json"


def load(place: Path) -> Cache:
    """Return the cache of a file; one that is missing, damaged or of another version is empty."""
    try:
        version, rows = orjson.loads(place.read_bytes())
        if version == VERSION:
            return Cache({path: Kept(*row) for path, row in rows.items()})
    except (OSError, ValueError, TypeError, AttributeError):
        return Cache({})
    return Cache({})


def save(place: Path, kept: Mapping[str, Kept]) -> None:
    """Write the cache file in one step; a directory that cannot be written to is left alone."""
    rows = {path: tuple(each) for path, each in kept.items()}
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.with_suffix(f".{os.getpid()}")
        beside.write_bytes(orjson.dumps([VERSION, rows]))
        beside.replace(place)
    except OSError:
        return
