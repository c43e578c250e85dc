"""Readings of this process's memory, from the kernel's files; one that cannot be read is none."""

import os
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from services.ports.memory import MemoryProbe
from services.sealed import Sealed

UNLIMITED = 1 << 60
"""Control groups of version 1 write a number above this for "no limit"."""


class ProcessMemory(MemoryProbe, metaclass=Sealed):
    """Reads ``/proc`` and the control groups at each call; tens of microseconds.

    A process is bound by its own control group and by every group above it, in version 1 and 2 alike.
    ``setting`` is what the operator allows, in bytes; ``root`` is where the files are looked for.
    """

    def __init__(self, setting: int | None, root: Path = Path("/")) -> None:
        self._setting, self._root = setting, root
        self._page = os.sysconf("SC_PAGE_SIZE")

    def resident(self) -> int | None:
        """Return the resident set size; see the port."""
        pages = _number(self._read("proc/self/statm").split(), 1)
        return None if pages is None else pages * self._page

    def limit(self) -> int | None:
        """Return the smallest limit; see the port."""
        known = [self._setting, self._machine(), *map(self._of_group, self._group_files())]
        return min((limit for limit in known if limit), default=None)

    def _machine(self) -> int | None:
        lines = (line.split() for line in self._read("proc/meminfo").splitlines())
        kibibytes = next((_number(words, 1) for words in lines if words[:1] == ["MemTotal:"]), None)
        return None if kibibytes is None else kibibytes * 1024

    def _group_files(self) -> Iterator[str]:
        for line in self._read("proc/self/cgroup").splitlines():
            _, controllers, path = (line.split(":", 2) + [""] * 2)[:3]
            if not path:
                continue
            if "memory" in controllers.split(","):
                yield from (f"sys/fs/cgroup/memory{each}/memory.limit_in_bytes" for each in _upwards(path))
            elif not controllers:
                yield from (f"sys/fs/cgroup{each}/memory.max" for each in _upwards(path))

    def _of_group(self, name: str) -> int | None:
        limit = _number(self._read(name).split(), 0)
        return limit if limit is not None and limit < UNLIMITED else None

    def _read(self, name: str) -> str:
        try:
            return (self._root / name).read_text(encoding="ascii")
        except (OSError, ValueError):
            return ""


def _upwards(path: str) -> Iterator[str]:
    # Inside a container the path is often the host's, and the container's own group is mounted at the top.
    here = PurePosixPath("/" if ".." in path else f"/{path.lstrip('/')}")
    yield from (str(each) for each in (here, *here.parents))


def _number(words: list[str], index: int) -> int | None:
    word = words[index] if len(words) > index else ""
    return int(word) if word.isdecimal() else None
