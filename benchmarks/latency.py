"""From emit to the client, over uvicorn on loopback, at a low load: appended to the log, through a request's
bridge, and sent by bare uvicorn + Starlette.

The server notes the moment in the event, the client compares when it has read it: the clock is the machine's
monotonic one. Each round gives a median per side; the ratio is taken within the round.
"""

import random
import statistics
import time
from pathlib import Path

import anyio.to_thread

from benchmarks.measuring import Figure, against, figure_of, report
from benchmarks.sockets import NAMES, Hall, halls

SOCKETS, EVENTS, GAP, ROUNDS = 100, 200, 0.002, 30
OURS, BARE = NAMES
SIDES = {
    "soledoor, event to log": (OURS, "log"),
    "soledoor, whole bridge": (OURS, "bridge"),
    BARE: (BARE, "log"),
}


def round_of(hall: Hall, way: str) -> list[float]:
    """Return the microseconds from emit to client of some events, in order of size."""
    hall.peer.tell("pace", way=way, sockets=SOCKETS, events=EVENTS, gap=GAP)
    taken = hall.crowd.late(EVENTS)
    hall.peer.wait()
    return taken


def rounds() -> tuple[dict[str, list[float]], dict[str, list[float]], list[float]]:
    """Return median and 99th percentile of each side in each round, and the calibrator's units."""
    middle: dict[str, list[float]] = {side: [] for side in SIDES}
    late: dict[str, list[float]] = {side: [] for side in SIDES}
    units = []
    with halls(NAMES, SOCKETS) as found:
        found[OURS].peer.ask("pace", way="bridge", sockets=SOCKETS, events=1, gap=GAP)  # opens the requests
        time.sleep(0.5)
        for _ in range(ROUNDS):
            for side in random.sample(list(SIDES), len(SIDES)):
                name, way = SIDES[side]
                for hall in found.values():  # also who waits for its turn is asked whether it is still there
                    hall.crowd.drain()
                taken = round_of(found[name], way)
                middle[side].append(taken[EVENTS // 2])
                late[side].append(taken[EVENTS * 99 // 100])
            units.append(found[OURS].peer.ask("calibrate"))
    return middle, late, units


def measure(file: Path | None) -> None:
    """Measure and report."""
    middle, late, units = rounds()
    unit = statistics.median(units)
    figures: dict[str, Figure] = {"calibrator": figure_of("calibrator", units, unit)}
    figures |= {side: figure_of(side, taken, unit) for side, taken in middle.items()}
    notes = [
        against(
            f"{side}, against bare",
            statistics.median(a / b for a, b in zip(taken, middle[BARE], strict=True)),
            1.25,
        )
        for side, taken in middle.items()
        if side != BARE
    ]
    notes += [f"{side}: p99 {statistics.median(taken):,.0f} µs" for side, taken in late.items()]
    report("event, emit to client: p50 of each round", figures, notes, file, measure="µs")


async def main(file: Path | None) -> None:
    """Measure in a thread: everything here waits for other processes."""
    await anyio.to_thread.run_sync(measure, file)
