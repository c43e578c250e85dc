"""How often may somebody guess a password? Per account and per address, never keeping the owner out for good.

In the window one address may fail ``attempts`` times, whatever accounts it tries. One account may be tried
twice as often by all addresses together, so that its owner still gets in from an address of his own while
one stranger guesses. An address from which the owner has logged in before has a count of its own for that
account, which no stranger elsewhere can use up.
"""

import hashlib
from collections import OrderedDict
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from types import TracebackType
from typing import Self

from services.errors import TooMuch
from services.identity.guesses import MOST_KEYS, Guesses, Key
from services.identity.names import folded
from services.identity.shared_guesses import SharedGuesses
from services.ports.clock import Clock
from services.ports.ephemeral import Ephemeral
from services.ports.limits import Limits
from services.sealed import Sealed

FAMILIAR = "familiar"
FAMILIAR_S = 30 * 86_400.0
"""How long other processes know from where an owner has logged in."""

Counts = tuple[tuple[Guesses, Key], ...]


class Attempt:
    """One guess under way; a context manager.

    Left without ``succeeded`` it counts as failed, also when it was cancelled: hanging up makes no guess
    free. Left by an exception of our own it counts as never made.
    """

    __slots__ = ("_clock", "_known", "_pair", "_right", "counts")

    def __init__(self, clock: Clock, counts: Counts, known: OrderedDict[Key, None], pair: Key) -> None:
        self._clock, self.counts, self._known, self._pair, self._right = clock, counts, known, pair, False

    @property
    def right(self) -> bool:
        """Whether it succeeded."""
        return self._right

    def succeeded(self) -> None:
        """Count it no longer and remember where the owner came from; failures before it stay."""
        self._right = True
        _remember(self._known, self._pair)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        void = self._right or (kind is not None and issubclass(kind, Exception))
        failed_at = None if void else self._clock.monotonic()
        for guesses, key in self.counts:
            guesses.end(key, failed_at)


class LoginThrottle(metaclass=Sealed):
    """Counts failed logins, for all processes where the limits are shared; ``window`` is in seconds.

    For the loop's thread only.
    """

    def __init__(
        self,
        clock: Clock,
        limits: Limits,
        ephemeral: Ephemeral,
        attempts: int = 10,
        window: float = 300.0,
    ) -> None:
        self._clock, self._limits, self._ephemeral = clock, limits, ephemeral
        self._addresses = Guesses(attempts, window, "address")
        self._accounts = Guesses(attempts * 2, window, "account")
        self._familiar = Guesses(attempts, window, "familiar")
        self._everywhere = SharedGuesses(limits, window)
        self._known: OrderedDict[Key, None] = OrderedDict()

    @asynccontextmanager
    async def guess(self, name: str, address: str) -> AsyncGenerator[Attempt, None]:
        """Hold one guess for the block, among those of all processes; raises ``TooMuch`` (``throttled``),
        and ``Unavailable`` where nobody can count.
        """
        if not self._limits.shared:
            with await self.admit(name, address) as attempt:
                yield attempt
            return
        pair = _key(folded(name), address)
        if pair not in self._known and await self._ephemeral.get(FAMILIAR, pair.hex()) is not None:
            _remember(self._known, pair)
        with await self.admit(name, address) as attempt:
            async with self._everywhere.hold(attempt.counts, lambda: attempt.right):
                yield attempt
        if attempt.right:
            await self._ephemeral.put(FAMILIAR, pair.hex(), "", FAMILIAR_S)

    async def admit(self, name: str, address: str) -> Attempt:
        """Return the attempt, to be entered at once; wait while too many others are under way.

        Raises ``TooMuch`` (``throttled``) alike for accounts that exist and that do not.
        """
        account = folded(name)
        pair = _key(account, address)
        waited: tuple[Guesses, Key] | None = None
        while True:
            counts = self._counts(account, address, pair)
            busy = self._look(counts, waited)
            if busy is None:
                for guesses, key in counts:
                    guesses.begin(key)
                return Attempt(self._clock, counts, self._known, pair)
            waited = busy
            await busy[0].turn(busy[1])

    def _look(self, counts: Counts, waited: tuple[Guesses, Key] | None) -> tuple[Guesses, Key] | None:
        now = self._clock.monotonic()
        wait = max(guesses.wait(key, now) for guesses, key in counts)
        busy = next((each for each in counts if each[0].busy(each[1])), None)
        # A turn that is not taken where it was waited for is handed on: it would be lost otherwise.
        if waited is not None and (wait > 0 or waited not in ((busy,) if busy else counts)):
            waited[0].wake(waited[1])
        if wait > 0:
            raise TooMuch("too many failed logins", code="throttled", retry_after_s=round(wait, 3))
        return busy

    def _counts(self, account: str, address: str, pair: Key) -> Counts:
        if pair in self._known:
            return ((self._familiar, pair),)
        return (self._addresses, _key(address)), (self._accounts, _key(account))


def _remember(known: OrderedDict[Key, None], pair: Key) -> None:
    known[pair] = None
    known.move_to_end(pair)
    if len(known) > MOST_KEYS:
        known.popitem(last=False)


def _key(*parts: str) -> Key:
    # Of one size whatever is sent, and no name or address in memory. The length tells the parts apart.
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
