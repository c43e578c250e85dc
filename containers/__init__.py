"""Where objects are made, and the only place. ``bootstrap`` runs an application, ``application_for_tests``
lends a container.
"""

import importlib
import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from containers.bootstrap import Application, application_for_tests, bootstrap, running

__all__ = ["Application", "application_for_tests", "bootstrap", "running"]


class _Package(ModuleType):
    """Loads the application only when it is asked for: the command line's help does without."""

    def __getattr__(self, name: str) -> Any:
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        importlib.import_module("containers.bootstrap")  # fills this package, see below
        return vars(self)[name]

    def __setattr__(self, name: str, value: Any) -> None:
        # The import system would put the module over the function of the same name.
        if name == "bootstrap" and isinstance(value, ModuleType):
            for public in __all__:
                super().__setattr__(public, getattr(value, public))
        else:
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
