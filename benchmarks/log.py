"""The event log, in memory and in a file, and in Redis where ``SOLEDOOR_REDIS__URL`` names one: appends by
one, many and very many producers at once; 500 events read back.

Durable appends wait for the disk, so here the time of the clock counts too; CPU is that of all threads.
"""

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import anyio
from rich.console import Console
from rich.table import Table

from benchmarks.call import opened
from config.settings import Settings
from services.events import EventType, RunEvent
from services.ports.events import EventLog

EVENTS = 10_000
TARGET = 2_000
PRODUCERS = (1, 32, 500)
REPLAYED = 500


@dataclass(frozen=True, slots=True)
class Rate:
    """One measurement."""

    name: str
    per_second: float
    cpu_us: float


async def main(file: Path | None) -> None:
    """Measure and report."""
    rates: list[Rate] = []
    in_redis = ("redis",) if Settings().redis.url is not None else ()
    for kind in ("memory", "sql", *in_redis):
        async with opened(log=kind) as application:
            log = application.log
            for producers in PRODUCERS:
                events = EVENTS if producers > 1 or kind == "memory" else EVENTS // 10
                rates.append(await appending(f"{kind}, {producers} at once", log, producers, events))
            rates.append(await replaying(kind, log))
    _report(rates, file)


async def appending(name: str, log: EventLog, producers: int, events: int) -> Rate:
    """Let so many users each append their share, one event after the other."""

    async def produce(user: str) -> None:
        for number in range(1, events // producers + 1):
            await log.append(event(user, name, number))

    async with anyio.create_task_group() as warming:
        for number in range(producers):
            warming.start_soon(log.append, event(f"u{number}", f"warm {name}", 1))
    began, cpu = time.perf_counter(), time.process_time()
    async with anyio.create_task_group() as tasks:
        for number in range(producers):
            tasks.start_soon(produce, f"u{number}")
    return _rate(name, events, began, cpu)


async def replaying(kind: str, log: EventLog) -> Rate:
    """Read 500 events, or all that are kept, as a client that comes back does."""
    for number in range(1, REPLAYED + 1):
        await log.append(event("reader", "replayed", number))
    place, times = await log.head("reader"), 20
    first = max(place.first - 1, place.head - REPLAYED)
    began, cpu = time.perf_counter(), time.process_time()
    for _ in range(times):
        after = first
        while after < place.head:
            after = (await log.read("reader", after))[-1].seq
    return _rate(f"{kind}, {place.head - first} events read back", times, began, cpu)


def event(user: str, run: str, number: int) -> RunEvent:
    """Return an event of about 400 bytes."""
    payload = {
        "reasoning": "x" * 150,
        "step_number": number,
        "progress_percentage": 1,
        "status": "thinking",
    }
    moment = "2026-11-21T12:00:00.000000+00:00"
    return RunEvent(EventType.AGENT_THINKING, user, run, "thread-1", "assistant", moment, number, payload)


def _rate(name: str, times: int, began: float, cpu: float) -> Rate:
    used, passed = time.process_time() - cpu, time.perf_counter() - began
    return Rate(name, times / passed, used / times * 1e6)


def _report(rates: list[Rate], file: Path | None) -> None:
    table = Table(title="the event log")
    for heading in ("", "per second", "µs CPU each"):
        table.add_column(heading, justify="left" if not heading else "right")
    for rate in rates:
        table.add_row(rate.name, f"{rate.per_second:,.0f}", f"{rate.cpu_us:,.1f}")
    console = Console()
    console.print(table)
    crowd = next(rate for rate in rates if rate.name.startswith("sql, 500"))
    verdict = "met" if crowd.per_second >= TARGET else "missed"
    console.print(f"durable appends of 500 producers, target ≥ {TARGET:,}/s: {verdict}")
    if file is not None:
        file.write_text(json.dumps([asdict(rate) for rate in rates], indent=2), encoding="utf-8")
