"""How everything here is measured: all sides in the same rounds, in random order, by the thread's CPU time;
medians of many rounds.

Machines are shared and noisy, so figures are given as microseconds, as multiples of the calibrator unit
timed in the same rounds, and as ratios of one side to another.
"""

import gc
import json
import platform
import random
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table

Side = Callable[[int], Awaitable[None]]
"""Does its work that many times."""

_CALIBRATION = {f"k{i}": {"a": i, "b": [i, i + 1, i + 2], "c": "x" * 20} for i in range(20)}


def calibrator() -> str:
    """Do one unit of machine-speed reference work: a JSON round trip and a little arithmetic."""
    data, total = json.loads(json.dumps(_CALIBRATION)), 0
    for name, value in data.items():
        for number in value["b"]:
            total += number
        value["d"] = f"{name}-{total}"
    return str(total)


async def _calibrate(times: int) -> None:
    for _ in range(times):
        calibrator()


@dataclass(frozen=True, slots=True)
class Figure:
    """One side: median, lowest and highest microseconds of CPU per unit of work, and the median in
    calibrator units.
    """

    name: str
    median: float
    low: float
    high: float
    units: float


async def measured(sides: Mapping[str, Side], *, rounds: int = 40, times: int = 200) -> dict[str, Figure]:
    """Time every side in every round and return the figures, the calibrator's among them."""
    everything = {"calibrator": _calibrate, **sides}
    samples: dict[str, list[float]] = {name: [] for name in everything}
    for side in everything.values():
        await side(times)
    gc.collect()
    gc.freeze()
    for _ in track(range(rounds), description="measuring", transient=True, console=Console(stderr=True)):
        for name, side in random.sample(list(everything.items()), len(everything)):
            began = time.thread_time()
            await side(times)
            samples[name].append((time.thread_time() - began) / times * 1e6)
    gc.unfreeze()
    unit = statistics.median(samples["calibrator"])
    return {name: figure_of(name, taken, unit) for name, taken in samples.items()}


def figure_of(name: str, taken: list[float], unit: float) -> Figure:
    """Return the figure of these samples; ``unit`` is the calibrator's median."""
    median = statistics.median(taken)
    return Figure(name, median, min(taken), max(taken), median / unit)


def report(
    title: str,
    figures: Mapping[str, Figure],
    notes: list[str],
    file: Path | None,
    *,
    measure: str = "µs CPU",
) -> None:
    """Print the table and the comparisons with their targets; write JSON where a file is named."""
    table = Table(title=title)
    for heading in ("", f"{measure} (median)", "lowest", "highest", "calibrator units"):
        table.add_column(heading, justify="left" if not heading else "right")
    for figure in figures.values():
        numbers = (figure.median, figure.low, figure.high)
        table.add_row(figure.name, *(f"{number:.1f}" for number in numbers), f"{figure.units:.2f}")
    console = Console()
    console.print(table)
    for note in notes:
        console.print(note)
    if file is not None:
        file.write_text(json.dumps(_json(title, figures, notes), indent=2), encoding="utf-8")


def _json(title: str, figures: Mapping[str, Figure], notes: list[str]) -> dict[str, Any]:
    return {
        "benchmark": title,
        "python": platform.python_version(),
        "figures": {
            figure.name: {
                "median_us": figure.median,
                "low_us": figure.low,
                "high_us": figure.high,
                "units": figure.units,
            }
            for figure in figures.values()
        },
        "notes": notes,
    }


def against(name: str, value: float, target: float, unit: str = "×") -> str:
    """Return one comparison in words, honest whatever it is."""
    verdict = "met" if value <= target else "missed"
    return f"{name}: {value:.2f} {unit}, target ≤ {target:g} {unit}: {verdict}"
