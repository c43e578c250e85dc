"""Which files of a tree are read."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from services.audit.patterns import path_fits

_LEFT_OUT = frozenset(
    {"__pycache__", "node_modules", "site-packages", "venv", "env", "__pypackages__", "bower_components"}
)
_AT_TOP = frozenset({"build", "dist"})


class Found(NamedTuple):
    """A Python file: its path from the root with slashes, and what tells whether it has changed."""

    path: str
    size: int
    changed_ns: int


def python_files(root: Path, exclude: Sequence[str]) -> Iterator[Found]:
    """Yield the Python files below a root in order of path.

    Folders that are links are not entered, and a file that is reached twice is read once, so a tree may have
    loops. Hidden folders, virtual environments and ``build`` and ``dist`` at the top are left out.
    """
    seen: set[tuple[int, int]] = set()
    for folder, below, names in os.walk(root, followlinks=False):
        here = Path(folder).relative_to(root).as_posix()
        prefix = "" if here == "." else f"{here}/"
        below[:] = sorted(name for name in below if _entered(folder, prefix, name, exclude))
        for name in sorted(names):
            path = f"{prefix}{name}"
            if name.endswith(".py") and not path_fits(path, exclude):
                yield from _file(f"{folder}/{name}", path, seen)


def _entered(folder: str, prefix: str, name: str, exclude: Sequence[str]) -> bool:
    if name.startswith(".") or name in _LEFT_OUT or (not prefix and name in _AT_TOP):
        return False
    if path_fits(f"{prefix}{name}", exclude):
        return False
    return not os.path.exists(f"{folder}/{name}/pyvenv.cfg")  # noqa: PTH110 - one call for each folder of a tree


def _file(place: str, path: str, seen: set[tuple[int, int]]) -> Iterator[Found]:
    try:
        known = os.stat(place)  # noqa: PTH116 - one call for each file of a tree
    except OSError:  # a link to nothing, or into a loop
        yield Found(path, -1, 0)
        return
    if not stat.S_ISREG(known.st_mode):
        return
    if (known.st_dev, known.st_ino) not in seen:
        seen.add((known.st_dev, known.st_ino))
        yield Found(path, known.st_size, known.st_mtime_ns)
