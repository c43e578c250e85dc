"""Who waits for the next event of one log: each is handed it at once, and woken only where it takes none.

A reader that takes its events costs neither a turn of the event loop nor an object for each of them, and one
that waits holds a bare future: an event of asyncio's would add 0.9 KiB to every idle socket.
"""

from asyncio import Future, get_running_loop  # noqa: TID251 - see above

from services.ports.events import Frame, Take


class _Waiter:
    """One wait: the last event it has, and who takes the next one; None once it is woken."""

    __slots__ = ("after", "take", "woken")

    def __init__(self, after: int, take: Take | None) -> None:
        self.after, self.take = after, take
        self.woken: Future[None] = get_running_loop().create_future()


class Waiters:
    """Used on the event loop's thread only. ``offer`` and ``wake`` never wait."""

    __slots__ = ("_waiting",)

    def __init__(self) -> None:
        self._waiting: list[_Waiter] = []

    def offer(self, frame: Frame) -> None:
        """Hand a new event to each that waits for just this one, and wake those that do not take it."""
        for waiter in self._waiting:
            take = waiter.take
            if take is not None and frame.seq == waiter.after + 1 and take(frame):
                waiter.after = frame.seq
            else:
                _wake(waiter)

    def wake(self) -> None:
        """Have everybody look for themselves; nothing is offered to them before they wait again."""
        for waiter in self._waiting:
            _wake(waiter)

    async def wait(self, after: int, take: Take | None) -> int:
        """Wait until woken; return the last event taken, ``after`` when that was none. Safe to cancel."""
        waiter = _Waiter(after, take)
        self._waiting.append(waiter)
        try:
            await waiter.woken
        finally:
            self._waiting.remove(waiter)
        return waiter.after


def _wake(waiter: _Waiter) -> None:
    waiter.take = None
    if not waiter.woken.done():
        waiter.woken.set_result(None)
