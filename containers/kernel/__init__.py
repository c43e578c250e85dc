"""The container kernel: dependency-injector, extended by a request scope. What may be imported from it is
listed here."""

from containers.kernel.diagram import graph
from containers.kernel.freeze import freeze
from containers.kernel.makers import Maker, maker
from containers.kernel.opening import Later, Opener
from containers.kernel.providers import Input, Scoped, Shared
from containers.kernel.scope import Scope
from containers.kernel.verify import verify

__all__ = [
    "Input",
    "Later",
    "Maker",
    "Opener",
    "Scope",
    "Scoped",
    "Shared",
    "freeze",
    "graph",
    "maker",
    "verify",
]
