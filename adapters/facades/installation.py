"""Which application old names reach: none until ``install``, then one, until ``uninstall``.

Old callers are handed nothing, so this is the one thing in the layers that a whole process shares. It holds
an application, never anything of a user.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Protocol

from adapters.facades.modules import OldModules
from services.errors import WiringError
from services.old_uses import OldUses
from services.switches import Switches
from services.tools.factory import RequestScopedToolDispatcherFactory


class FacedApplication(Protocol):
    """What old names need of an application; ``containers.Application`` has it."""

    @property
    @abstractmethod
    def dispatcher_factory(self) -> RequestScopedToolDispatcherFactory:
        """The one factory."""

    @property
    @abstractmethod
    def switches(self) -> Switches:
        """Says whether old names are allowed."""

    @property
    @abstractmethod
    def old_uses(self) -> OldUses:
        """Counts."""


class Installation:
    """The installed application and the modules made for it."""

    def __init__(self) -> None:
        self._application: FacedApplication | None = None
        self._modules = OldModules()

    def install(self, application: FacedApplication, modules: Mapping[str, Iterable[str]] | None) -> None:
        """Let old names reach this application; raises ``WiringError`` where there is one already, and then
        changes nothing.
        """
        if self._application is not None:
            raise WiringError("an application is installed already: uninstall it before the next one")
        self._modules.make(modules or {})
        self._application = application

    def uninstall(self) -> None:
        """Forget the application and take the modules away; may be called twice."""
        self._application = None
        self._modules.remove()

    @property
    def installed(self) -> FacedApplication | None:
        """The application, if there is one."""
        return self._application

    def application(self, old_name: str) -> FacedApplication:
        """Return the application; raises ``WiringError`` naming the one who asked, and the cure."""
        if self._application is None:
            raise WiringError(
                f"{old_name} reaches no application yet: call adapters.legacy.install(application) first, "
                "inside the block of bootstrap"
            )
        return self._application


INSTALLATION = Installation()
