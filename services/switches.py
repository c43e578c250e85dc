"""Runtime switches: what an operator may change while processes run, and which values each may have.

Settings give the first value; a switch that was ever set stands above them, at every process within two
seconds.
"""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import anyio
import structlog

from services.background import Background
from services.errors import FieldError, InvalidInput, Unavailable
from services.ports.switches import SwitchChange, SwitchStore
from services.sealed import Sealed

EVERY_S = 1.0

log = structlog.get_logger(__name__)


class Values(Protocol):
    """Which values a switch may have."""

    @abstractmethod
    def allows(self, value: str) -> bool:
        """Return whether this is one of them."""


@dataclass(frozen=True, slots=True)
class Words:
    """One of a few words."""

    words: tuple[str, ...]

    def allows(self, value: str) -> bool:
        """Return whether it is one of them."""
        return value in self.words

    def __str__(self) -> str:
        return ", ".join(self.words)


@dataclass(frozen=True, slots=True)
class Numbers:
    """A whole number between two bounds, both allowed."""

    least: int
    most: int

    def allows(self, value: str) -> bool:
        """Return whether it is one, written plainly."""
        plain = value.isascii() and value.isdigit() and str(int(value)) == value
        return plain and self.least <= int(value) <= self.most

    def __str__(self) -> str:
        return f"{self.least} to {self.most}"


KNOWN: Mapping[str, Values] = {
    "legacy.forbid_percent": Numbers(0, 100),
    "legacy.mode": Words(("allow", "warn", "forbid")),
}


@dataclass(frozen=True, slots=True)
class SwitchState:
    """A switch as it is; ``initial`` is what settings say, ``is_set`` whether a change stands above that."""

    name: str
    value: str
    initial: str
    is_set: bool
    allowed: str


class Switches(Background, metaclass=Sealed):
    """Entered, it knows every switch and looks for changes; reading is synchronous and costs nothing.

    While the store is away the last known values hold. A stored value that this version does not allow is
    left aside for the initial one and logged.
    """

    def __init__(self, store: SwitchStore, initial: Mapping[str, str]) -> None:
        self._store, self._initial = store, {name: initial[name] for name in KNOWN}
        self._set: dict[str, str] = {}

    def value(self, name: str) -> str:
        """Return the value; raises ``KeyError`` for a name that is not known."""
        return self._set.get(name, self._initial[name])

    def number(self, name: str) -> int:
        """Return the value of one that is a number."""
        return int(self.value(name))

    def all(self) -> Sequence[SwitchState]:
        """Return every switch by name."""
        return [self.state(name) for name in KNOWN]

    def state(self, name: str) -> SwitchState:
        """Return one switch; raises ``InvalidInput`` naming those there are."""
        allowed = _known(name)
        return SwitchState(name, self.value(name), self._initial[name], name in self._set, str(allowed))

    async def change(self, name: str, value: str, who: str) -> SwitchChange:
        """Set it, here at once; who and when is recorded.

        Raises ``InvalidInput`` naming the switches or values there are, and ``Unavailable``.
        """
        allowed = _known(name)
        if not allowed.allows(value):
            wrong = FieldError(name, f"cannot be {value!r}: there is {allowed}")
            raise InvalidInput("The switch cannot be set.", errors=[wrong])
        change = await self._store.set(name, value, who)
        self._set[name] = value
        log.info("switch_set", name=name, old=change.old, new=value, who=change.who)
        return change

    async def history(self, name: str) -> Sequence[SwitchChange]:
        """Return its last changes, the newest first; raises ``InvalidInput`` and ``Unavailable``."""
        _known(name)
        return await self._store.history(name)

    async def begin(self) -> None:
        """Read them; raises ``Unavailable``."""
        await self._renew()

    async def work(self) -> None:
        """Look once a second."""
        away = False
        while True:
            await anyio.sleep(EVERY_S)
            try:
                await self._renew()
            except Unavailable:
                if not away:
                    log.warning("switches_unreadable")
                away = True
            else:
                away = False

    async def _renew(self) -> None:
        stored = await self._store.values()
        found = {name: value for name, value in stored.items() if name in KNOWN and KNOWN[name].allows(value)}
        for name in stored.keys() & KNOWN.keys() - found.keys():
            log.warning("switch_not_allowed", name=name)
        self._set = found


def _known(name: str) -> Values:
    if name not in KNOWN:
        raise InvalidInput(
            "There is no such switch.",
            errors=[FieldError("name", f"{name!r} is not known: there is {', '.join(KNOWN)}")],
        )
    return KNOWN[name]
