"""Old import lines as files: modules that hold nothing but old names, written where old modules stood.

Unlike modules made by ``install`` they are seen by type checkers and editors, and go one file at a time.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

from adapters.facades.names import pairs, resolved
from services.errors import FieldError, InvalidInput

MARK = "written by soledoor legacy shims"
PACKAGE = '"""Old names only; {mark}."""\n'
TEXT = '''\
"""Old names, for callers that have not moved yet; {mark}.

Delete this file once `soledoor legacy report` shows no use of them.
"""

from adapters.legacy import {imported}
{seconds}
__all__ = [{listed}]
'''


def write_shims(tree: Path, modules: Mapping[str, Iterable[str]], *, replace: bool = False) -> list[Path]:
    """Write each module with its names below ``tree`` and return the files, packages made for them included.

    Raises ``InvalidInput`` for a tree that is no directory, a path that is no module's, an unknown name, and
    a file that stands there and was not written here, unless it may be replaced; nothing is written then.
    """
    if not tree.is_dir():
        raise _wrong(
            "tree", f"{tree} is no directory: name the folder from which the old modules are imported"
        )
    texts = {path: shim_text(names) for path, names in modules.items()}
    files = {_file(tree, path): text for path, text in texts.items()}
    for file in files:
        if file.exists() and MARK not in file.read_text(encoding="utf-8") and not replace:
            raise _wrong("tree", f"{file} holds something else: move that first, or say --replace")
    made: list[Path] = []
    for file, text in files.items():
        made += _packages(tree, file.parent)
        file.write_text(text, encoding="utf-8")
        made.append(file)
    return made


def shim_text(names: Iterable[str]) -> str:
    """Return the text of a module that holds these names; raises ``WiringError`` for one that is unknown."""
    written = list(names)
    resolved(written)
    both = list(pairs(written))
    for name, _ in both:
        if not name.isidentifier():
            raise _wrong("name", f"{name!r} cannot be a name in Python")
    imported = sorted({old for _, old in both})
    seconds = "".join(f"\n{name} = {old}" for name, old in both if name != old)
    listed = ", ".join(f'"{name}"' for name, _ in both)
    return TEXT.format(
        mark=MARK, imported=", ".join(imported), seconds=seconds + "\n" * bool(seconds), listed=listed
    )


def _file(tree: Path, module: str) -> Path:
    parts = module.split(".")
    if not all(part.isidentifier() for part in parts):
        raise _wrong("module", f"{module!r} is no module's path: write it as in an import, with dots")
    place = tree.joinpath(*parts)
    return place / "__init__.py" if place.is_dir() else place.with_suffix(".py")


def _packages(tree: Path, folder: Path) -> list[Path]:
    missing = []
    while folder != tree and not folder.is_dir():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir()
        (each / "__init__.py").write_text(PACKAGE.format(mark=MARK), encoding="utf-8")
    return [each / "__init__.py" for each in reversed(missing)]


def _wrong(field: str, message: str) -> InvalidInput:
    return InvalidInput("The old import lines cannot be written.", errors=[FieldError(field, message)])
