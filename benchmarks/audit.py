"""The auditor over a tree of 2,000 files and about 400,000 lines: cold, with what it kept, and its memory.

The tree is put together from the packages that are installed beside this one, all of them from PyPI, in
order of name, so that it is real code; each file is taken once. Each run is the command itself in a process
of its own: the wall clock, the CPU of it and its children, and the most that all its processes hold at once.
"""

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from rich.console import Console
from rich.table import Table

from benchmarks.measuring import against, calibrator

FILES, LINES = 2_000, 400_000
ROUNDS = 3
CONFIG = """
[[tool.soledoor.audit.roles]]
name = "client"
classes = ["*Client"]
methods = ["request", "send", "get", "post"]

[[tool.soledoor.audit.roles]]
name = "manager"
classes = ["*Manager"]
methods = ["get", "create", "acquire", "release"]
"""


class Run(NamedTuple):
    """One run of the command: seconds, CPU seconds, MiB of all its processes at once, findings."""

    seconds: float
    cpu: float
    mib: float
    findings: int


def assembled(root: Path) -> tuple[int, int]:
    """Copy installed modules below ``root``; return how many files and lines there are then."""
    site = Path(sysconfig.get_path("purelib"))
    files = lines = 0
    for place in sorted(site.rglob("*.py")):
        content = place.read_bytes()
        count = content.count(b"\n")
        average = (LINES - lines) / (FILES - files)
        if not 0.3 * average <= count <= 4 * average:  # so that both numbers are met
            continue
        target = root / place.relative_to(site)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        files, lines = files + 1, lines + count
        if files == FILES:
            break
    (root / "pyproject.toml").write_text(CONFIG, encoding="utf-8")
    return files, lines


def run(root: Path, cache: Path) -> Run:
    """Run the command once."""
    env = {**os.environ, "XDG_CACHE_HOME": str(cache)}
    program = Path(sys.executable).with_name("soledoor")
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    process = subprocess.Popen([program, "audit", root, "--json"], env=env, stdout=subprocess.PIPE)
    peak: list[float] = [0.0]
    watch = threading.Thread(target=_weigh, args=(process.pid, peak), daemon=True)
    watch.start()
    out, _ = process.communicate()
    seconds = time.monotonic() - began
    watch.join()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(seconds, cpu, peak[0], len(json.loads(out)["findings"]))


def _weigh(pid: int, peak: list[float]) -> None:
    while True:
        total = sum(_resident(each) for each in _family(pid))
        if not total:
            return
        peak[0] = max(peak[0], total)
        time.sleep(0.02)


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
        tasks = Path(f"/proc/{pid}/task").iterdir()
        below += [each for task in tasks for each in (task / "children").read_text(encoding="ascii").split()]
    except OSError:
        return
    for each in set(below):
        yield from _family(int(each))


def _resident(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def _unit() -> float:
    taken = []
    for _ in range(200):
        began = time.thread_time()
        calibrator()
        taken.append(time.thread_time() - began)
    return statistics.median(taken) * 1e6


async def main(file: Path | None) -> None:
    """Measure and report."""
    root = Path(tempfile.mkdtemp(prefix="soledoor-audit-"))
    try:
        files, lines = assembled(root / "tree")
        cold, warm = [], []
        for number in range(ROUNDS):
            cache = root / f"cache{number}"
            cold.append(run(root / "tree", cache))
            warm += [run(root / "tree", cache) for _ in range(2)]
    finally:
        shutil.rmtree(root)
    _report(files, lines, {"cold": cold, "with the cache": warm}, file)


def _report(files: int, lines: int, sides: dict[str, list[Run]], file: Path | None) -> None:
    console, unit = Console(), _unit()
    table = Table(title=f"audit of {files:,} files, {lines:,} lines, {sides['cold'][0].findings:,} findings")
    for heading in ("", "seconds", "CPU seconds", "calibrator units (million)", "MiB"):
        table.add_column(heading, justify="left" if not heading else "right")
    figures = {
        name: {
            "seconds": statistics.median(each.seconds for each in runs),
            "cpu": statistics.median(each.cpu for each in runs),
            "mib": max(each.mib for each in runs),
        }
        for name, runs in sides.items()
    }
    for name, of in figures.items():
        units = of["cpu"] / unit
        table.add_row(name, f"{of['seconds']:.2f}", f"{of['cpu']:.2f}", f"{units:.3f}", f"{of['mib']:.0f}")
    notes = [
        against("cold", figures["cold"]["seconds"], 15, "s"),
        against("with the cache", figures["with the cache"]["seconds"], 2, "s"),
        against("memory", max(of["mib"] for of in figures.values()), 500, "MiB"),
    ]
    console.print(table)
    for note in notes:
        console.print(note)
    if file is not None:
        told = {"benchmark": "audit", "files": files, "lines": lines, "unit_us": unit, "figures": figures}
        file.write_text(json.dumps({**told, "notes": notes}, indent=2), encoding="utf-8")
