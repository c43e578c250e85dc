"""What the command line needs of the application, since it may not import the layer that builds it."""

from abc import abstractmethod
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Literal, Protocol

# Only for the type checkers: importing the services here would make every `--help` load them.
if TYPE_CHECKING:
    from fastapi import FastAPI

    from config.settings import Settings
    from services.calls import DirectCalls
    from services.identity.accounts import Accounts
    from services.identity.codes import OneTimeCodes
    from services.ports.events import EventLog
    from services.ports.files import FileStore
    from services.ports.old_uses import OldUseStore
    from services.runs import RunService
    from services.switches import Switches
    from services.tools.catalog import ToolCatalog

GraphFormat = Literal["text", "mermaid", "svg"]


class ApplicationView(Protocol):
    """A running application, as ``bootstrap`` gives it; entering it raises what makes it refuse to start."""

    @property
    @abstractmethod
    def asgi(self) -> "FastAPI":
        """The web application."""

    @property
    @abstractmethod
    def runs(self) -> "RunService":
        """Starts and cancels runs."""

    @property
    @abstractmethod
    def calls(self) -> "DirectCalls":
        """Calls one tool without an agent."""

    @property
    @abstractmethod
    def catalog(self) -> "ToolCatalog":
        """Every tool there is."""

    @property
    @abstractmethod
    def accounts(self) -> "Accounts":
        """Who may log in."""

    @property
    @abstractmethod
    def codes(self) -> "OneTimeCodes":
        """Codes that work once."""

    @property
    @abstractmethod
    def switches(self) -> "Switches":
        """What may be changed while processes run."""

    @property
    @abstractmethod
    def old_use_store(self) -> "OldUseStore":
        """Where old names are still used."""

    @property
    @abstractmethod
    def files(self) -> "FileStore":
        """Files that users handed in."""

    @property
    @abstractmethod
    def log(self) -> "EventLog":
        """Every user's events."""

    @abstractmethod
    def graph(self, format: GraphFormat = "text") -> str:  # noqa: A002 - the public name
        """Draw the object graph."""


Bootstrap = Callable[["Settings"], AbstractAsyncContextManager[ApplicationView]]
