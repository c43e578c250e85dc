"""What `chat` talks to: the application in this process, or a server; both give the same events."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

Event = dict[str, Any]
"""One event as protocol version 1 has it on the wire."""

LAST = frozenset({"agent_completed", "agent_error"})


class Conversation(ABC):
    """One thread of one user. Errors that the user can mend are ``Stop`` or a ``SoledoorError``."""

    @abstractmethod
    def ask(self, content: str, agent: str | None, files: Sequence[Path]) -> AsyncGenerator[Event, None]:
        """Send a message and yield the events of its run, in order, up to and with the last.

        Leaving early leaves the run running: cancel it first.
        """

    @abstractmethod
    async def cancel(self) -> bool:
        """Cancel the run that ``ask`` follows; its last event still comes. Return False where none is."""

    @abstractmethod
    def begin_anew(self) -> None:
        """Put the next message into a new thread."""
