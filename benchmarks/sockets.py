"""Many sockets: what an idle one holds, and what an event to each of a thousand costs, beside bare uvicorn +
Starlette; and what readers cost that are silent.

Memory is the difference in resident memory of a fresh server process for two thousand sockets more, each of
a user of its own, after a hundred that warm it up. CPU is the server process's, from the first event to the
last one read.
"""

import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import anyio.to_thread

from benchmarks.crowd import Crowd, Peer
from benchmarks.measuring import Figure, against, figure_of, report
from benchmarks.silence import silent_readers

NAMES = ("soledoor", "bare uvicorn + Starlette")
WARM, HELD, FRESH = 100, 2_000, 3
SOCKETS, TIMES, ROUNDS = 1_000, 20, 15
TARGET = 24_000


@dataclass
class Hall:
    """A server and the crowd it serves; ``told`` are the wall-clock events a second of each round."""

    peer: Peer
    crowd: Crowd
    told: list[float] = field(default_factory=list)


@contextmanager
def halls(names: tuple[str, ...], sockets: int) -> Iterator[dict[str, Hall]]:
    """Start a server of each name and open sockets to it."""
    with ExitStack() as stack:
        found = {}
        for name in names:
            directory = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            peer = stack.enter_context(Peer(name.partition(" ")[0], directory))
            crowd = stack.enter_context(Crowd(peer.url))
            crowd.open(peer.ask("users", count=sockets))
            found[name] = Hall(peer, crowd)
        yield found


def held(name: str) -> float:
    """Return the KiB of an idle socket."""
    with (
        tempfile.TemporaryDirectory() as directory,
        Peer(name.partition(" ")[0], Path(directory)) as peer,
        Crowd(peer.url) as crowd,
    ):
        tokens = peer.ask("users", count=WARM + HELD)
        crowd.open(tokens[:WARM])
        before: int = peer.ask("rest")
        crowd.open(tokens[WARM:])
        after: int = peer.ask("rest")
    return (after - before) / HELD / 1024


def event_to_each(hall: Hall) -> float:
    """Tell each socket some events; return the microseconds of the server's CPU per event."""
    events = SOCKETS * TIMES
    before, began = hall.peer.ask("cpu"), time.monotonic()
    hall.peer.tell("fan out", way="log", sockets=SOCKETS, times=TIMES)
    for _ in hall.crowd.receive(events):
        pass
    hall.told.append(events / (time.monotonic() - began))
    hall.peer.wait()
    spent: float = hall.peer.ask("cpu") - before
    return spent / events * 1e6


def fan_out() -> tuple[dict[str, Figure], list[str]]:
    """Measure both sides in the same rounds."""
    samples: dict[str, list[float]] = {name: [] for name in ("calibrator", *NAMES)}
    with halls(NAMES, SOCKETS) as found:
        for round_ in range(ROUNDS + 1):
            for name in random.sample(NAMES, len(NAMES)):
                for hall in found.values():
                    hall.crowd.drain()
                taken = event_to_each(found[name])
                if round_:
                    samples[name].append(taken)
            if round_:
                samples["calibrator"].append(found[NAMES[0]].peer.ask("calibrate"))
        rates = [
            f"{name}: {statistics.median(hall.told):,.0f} events/s by the clock"
            for name, hall in found.items()
        ]
    unit = statistics.median(samples["calibrator"])
    return {name: figure_of(name, taken, unit) for name, taken in samples.items()}, rates


def measure(file: Path | None) -> None:
    """Measure and report."""
    idle: dict[str, list[float]] = {name: [] for name in NAMES}
    for _ in range(FRESH):
        for name in NAMES:
            idle[name].append(held(name))
    ours, bare = (statistics.median(idle[name]) for name in NAMES)
    figures, rates = fan_out()
    mine, theirs = (figures[name].median for name in NAMES)
    rate = 1e6 / mine
    verdict = "met" if rate >= TARGET else "missed"
    notes = [
        against(f"idle socket, {HELD:,} held", ours, 24, "KiB"),
        f"idle socket of bare uvicorn + Starlette: {bare:.2f} KiB",
        f"{rate:,.0f} events per CPU second, target ≥ {TARGET:,}: {verdict}; bare {1e6 / theirs:,.0f}",
        *rates,
    ]
    notes += silent_readers()
    report(f"an event to each of {SOCKETS:,} sockets", figures, notes, file)


async def main(file: Path | None) -> None:
    """Measure in a thread: everything here waits for other processes."""
    await anyio.to_thread.run_sync(measure, file)
