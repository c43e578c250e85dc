"""Notices of one process: heard at once."""

from collections import defaultdict

from services.ports.notices import Heard, Notices
from services.sealed import Sealed


class LocalNotices(Notices, metaclass=Sealed):
    """Calls back at once; nobody else hears."""

    def __init__(self) -> None:
        self._hearers: defaultdict[str, list[Heard]] = defaultdict(list)

    async def post(self, kind: str, subject: str) -> None:
        """Return what the port says."""
        for heard in self._hearers[kind]:
            heard(subject)

    def hear(self, kind: str, heard: Heard) -> None:
        """Return what the port says."""
        self._hearers[kind].append(heard)
