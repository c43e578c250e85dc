"""Old import lines: modules that exist only while an application is installed, under the old paths.

A module whose file is still there is not replaced: its names would then depend on who imports first.
"""

import importlib.util
import sys
from collections.abc import Iterable, Mapping
from types import ModuleType

from adapters.facades.names import resolved
from services.errors import WiringError


class OldModules:
    """The modules that were made, so that they can be taken away again."""

    def __init__(self) -> None:
        self._made: list[str] = []

    def make(self, wanted: Mapping[str, Iterable[str]]) -> None:
        """Make each module with its names, and the packages above that do not exist.

        A name may be another's second one: ``"Dispatcher=UnifiedToolDispatcher"``. Raises ``WiringError`` for
        a module that can be imported without us and for a name that is no old name; nothing is made then.
        """
        contents = {path: resolved(names) for path, names in wanted.items()}
        for path in contents:
            if _exists(path):
                raise WiringError(
                    f"the module {path} still exists: delete it, or replace its file by "
                    "`soledoor legacy shims`"
                )
        for path, names in contents.items():
            self._place(path).__dict__.update(names, __all__=list(names))

    def remove(self) -> None:
        """Take every module away that was made, deepest first."""
        while self._made:
            path = self._made.pop()
            parent, _, name = path.rpartition(".")
            if parent in sys.modules and vars(sys.modules[parent]).get(name) is sys.modules.get(path):
                delattr(sys.modules[parent], name)
            sys.modules.pop(path, None)

    def _place(self, path: str) -> ModuleType:
        if path in sys.modules:  # looking for what stands below has imported what is there
            return sys.modules[path]
        parent, _, name = path.rpartition(".")
        above = self._place(parent) if parent else None
        made = ModuleType(path, "Old names; made by adapters.legacy.install.")
        made.__path__ = []  # any of them may be a package above another
        sys.modules[path] = made
        self._made.append(path)
        if above is not None:
            setattr(above, name, made)
        return made


def _exists(path: str) -> bool:
    try:
        return path in sys.modules or importlib.util.find_spec(path) is not None
    except ModuleNotFoundError:
        return False
