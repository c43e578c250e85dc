"""What clients that read nothing cost: memory of the server for each, and how late a neighbour's events come
beside a hundred of them and, where the same events are told, without them.

A silent reader has a small buffer and is told more than kernel and transport take, so that the server is
stuck in a send to it. By itself it gives such a one up after ``limits.send_timeout``; here that is far away.
"""

import random
import statistics
import tempfile
from pathlib import Path

from benchmarks.crowd import Crowd, Peer
from benchmarks.measuring import against

NEIGHBOURS, SILENT = 20, 100
TOLD = 250
"""Long events to each before anything is measured: 500 KB."""
EVENTS, GAP, ROUNDS = 200, 0.004, 10
PLACES = {"p50": EVENTS // 2, "p99": EVENTS * 99 // 100}
MIB = 1 << 20


class Neighbourhood:
    """A server, the neighbours' sockets, and the tokens of those who read nothing."""

    def __init__(self, peer: Peer, crowd: Crowd) -> None:
        self._peer, self._crowd = peer, crowd
        tokens = peer.ask("users", count=NEIGHBOURS + SILENT)
        crowd.open(tokens[:NEIGHBOURS])
        self._silent = tokens[NEIGHBOURS:]
        self.held: list[float] = []

    def beside(self, silent: bool) -> list[float]:
        """Return the microseconds from emit to a neighbour, in order of size, while others are told too; with
        ``silent`` they are connected and read nothing.
        """
        with Crowd(self._peer.url, buffer=4096) as deaf:
            before = self._peer.ask("rest")
            if silent:
                deaf.open(self._silent)
            self._peer.ask("stuff", first=NEIGHBOURS, count=SILENT, times=TOLD)
            if silent:
                self.held.append((self._peer.ask("rest") - before) / SILENT / MIB)
            return self._late()

    def _late(self) -> list[float]:
        self._crowd.drain()
        self._peer.tell("pace beside", neighbours=NEIGHBOURS, others=SILENT, events=EVENTS, gap=GAP)
        taken = self._crowd.late(EVENTS)
        self._peer.wait()
        return taken


def silent_readers() -> list[str]:
    """Measure; return the findings in words. The first round warms up, but counts for the memory: what was
    held once is held again for nothing.
    """
    taken: dict[bool, list[list[float]]] = {True: [], False: []}
    with (
        tempfile.TemporaryDirectory() as directory,
        Peer("soledoor", Path(directory)) as peer,
        Crowd(peer.url) as crowd,
    ):
        here = Neighbourhood(peer, crowd)
        here.beside(silent=False)
        here.beside(silent=True)
        for _ in range(ROUNDS):
            for silent in random.sample([True, False], 2):
                taken[silent].append(here.beside(silent))
    notes = [against(f"server memory of a silent reader, {SILENT} held", max(here.held), 1, "MiB")]
    for name, place in PLACES.items():
        with_them, without = ([each[place] for each in taken[silent]] for silent in (True, False))
        ratio = statistics.median(a / b for a, b in zip(with_them, without, strict=True))
        there, away = statistics.median(with_them), statistics.median(without)
        notes.append(
            f"a neighbour's event, {name}: {there:,.0f} µs beside {SILENT} silent readers, "
            f"{away:,.0f} µs without them: {ratio:.2f} ×"
        )
    return notes
