"""Which file an imported module is, wherever the tree's import roots lie."""

from collections.abc import Iterable

INIT = "__init__"


class Modules:
    """The modules of a tree. A folder without ``__init__.py`` may be on the import path, so each is tried."""

    def __init__(self, paths: Iterable[str], root_name: str) -> None:
        self._paths, self._root_name = set(paths), root_name if root_name.isidentifier() else ""
        self._packages = {
            path.removesuffix(f"{INIT}.py").rstrip("/") for path in self._paths if _is_init(path)
        }
        self._index: dict[str, list[str]] = {}
        self._relatives: dict[tuple[str, str], str | None] = {}
        self.tops: set[str] = set()
        self._folders: set[str] = set()
        for path in sorted(self._paths):
            self._add(path, root_name)

    def names(self, path: str) -> str:
        """Return the module's full dotted name below the outermost package that it lies in."""
        parts = _parts(path)
        first = len(parts) - 1 if not _is_init(path) else len(parts)
        while first > 0 and "/".join(parts[:first]) in self._packages:
            first -= 1
        inside = [self._root_name] if first == 0 and "" in self._packages and self._root_name else []
        return ".".join([*inside, *parts[first:]]) or INIT

    def find(self, module: str, importer: str) -> str | None:
        """Return the file of a module as ``importer`` would find it, None when it is not of this tree."""
        if module.startswith("."):
            key = (module, importer.rpartition("/")[0])
            if key not in self._relatives:
                self._relatives[key] = self._relative(module, importer)
            return self._relatives[key]
        found = self._index.get(module)
        if not found:
            return None
        return found[0] if len(found) == 1 else max(found, key=lambda path: _shared(path, importer))

    def missing(self, module: str, importer: str) -> bool:
        """Whether the tree should have this module: its parent package is here, and it is not."""
        if module.startswith("."):
            folder = self._folder(module, importer)
            return folder is not None and self._at(folder) is None and folder not in self._folders
        parent, _, last = module.rpartition(".")
        if not parent or self.find(module, importer) is not None:
            return False
        above = self.find(parent, importer)
        return above is not None and _is_init(above) and f"{self.package(above)}/{last}" not in self._folders

    def package(self, path: str) -> str:
        """Return the folder that a file lies in."""
        return path.rpartition("/")[0]

    def _add(self, path: str, root_name: str) -> None:
        parts = _parts(path)
        own = "" in self._packages
        for first in range(len(parts)):
            folder = "/".join(parts[:first])
            if folder in self._packages:
                continue
            self._put(".".join(parts[first:]), path)
        if root_name.isidentifier() and (own or root_name not in self.tops):
            self._put(".".join([root_name, *parts]), path)
        folder = self.package(path)
        while folder and folder not in self._folders:
            self._folders.add(folder)
            folder = folder.rpartition("/")[0]

    def _put(self, name: str, path: str) -> None:
        if name:
            self._index.setdefault(name, []).append(path)
            self.tops.add(name.partition(".")[0])

    def _relative(self, module: str, importer: str) -> str | None:
        folder = self._folder(module, importer)
        return None if folder is None else self._at(folder)

    def _folder(self, module: str, importer: str) -> str | None:
        name = module.lstrip(".")
        parts = importer.split("/")[:-1]
        up = len(module) - len(name) - 1
        if up > len(parts):
            return None
        parts = parts[: len(parts) - up]
        return "/".join([*parts, *(name.split(".") if name else [])])

    def _at(self, folder: str) -> str | None:
        candidates = (f"{folder}/{INIT}.py" if folder else f"{INIT}.py", f"{folder}.py")
        return next((path for path in candidates if path in self._paths), None)


def _is_init(path: str) -> bool:
    return path.rpartition("/")[2] == f"{INIT}.py"


def _parts(path: str) -> list[str]:
    parts = path.removesuffix(".py").split("/")
    return parts[:-1] if parts[-1] == INIT else parts


def _shared(one: str, other: str) -> tuple[int, int]:
    """How many folders two paths share; the shorter path wins where several share as many."""
    count = 0
    for left, right in zip(one.split("/"), other.split("/"), strict=False):
        if left != right:
            break
        count += 1
    return count, -len(one)
