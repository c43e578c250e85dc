"""How a measurement looks: a bar while it goes on, and its figures in words."""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

import anyio
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from adapters.bench.findings import KINDS
from adapters.bench.measurement import Measurement
from adapters.bench.plan import Plan
from adapters.bench.report import Report
from adapters.cli.terminal import inert, screen

REFRESH_SECONDS = 0.2
FAULTS_SHOWN = 10
WIDTH = 12


@asynccontextmanager
async def watching(measurement: Measurement, plan: Plan) -> AsyncGenerator[None, None]:
    """Show a bar for the block, on a terminal."""
    console = screen()
    if not console.is_terminal:
        yield
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[events]:,} events"))
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_follow, progress, measurement, plan)
            yield
            tasks.cancel_scope.cancel()


def shown(report: Report) -> str:
    """Return the figures for people, the verdict last."""
    lines = [f"{name:<{WIDTH}}{text}" for name, text in _lines(report.figures)]
    wrong = [*report.figures["sent_away"], *report.figures["faults"]]
    faults = [f"  {inert(fault)}" for fault in wrong[:FAULTS_SHOWN]]
    return "\n".join([*lines, *faults, _verdict(report)])


async def _follow(progress: Progress, measurement: Measurement, plan: Plan) -> None:
    task = progress.add_task("connecting", total=plan.events or plan.seconds, events=0)
    while True:
        done = measurement.sent if plan.events else measurement.seconds
        progress.update(task, description=measurement.phase, completed=done, events=measurement.sent)
        await anyio.sleep(REFRESH_SECONDS)


def _lines(of: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    yield "load", f"{of['users']} users, {of['sockets']} sockets, {of['seconds']:.1f} s"
    yield "events", f"{of['events_sent']:,} sent, {of['events_per_second']:,.0f}/s"
    yield "", f"{of['events_taken']:,} taken by sockets, {of['taken_per_second']:,.0f}/s"
    for name, title in (("all", "latency"), ("live", "  connected"), ("first_event", "  first")):
        yield title, _latency(of["latency_ms"][name])
    yield (
        "runs",
        f"{of['runs']['accepted']:,} accepted, {of['runs']['ended']:,} ended{_more(of['runs'])}",
    )
    yield "calls", _counted(of["calls"])
    yield "trouble", f"{of['cuts']} cuts, {of['kills']} kills, {of['reconnects']} reconnects"
    if of["injected"]:
        yield "injected", _counted(of["injected"])
    yield "closes", _counted(of["closes"])
    yield "refusals", _counted(of["refusals"])
    yield (
        "gaps",
        f"{_counted(of['gaps'])}{f', {n:,} events told missing' if (n := of['told_missing']) else ''}",
    )
    yield "dropped", f"{of['redelivered']:,} that came again"
    for kind in KINDS:
        yield kind, f"{of[kind]:,}"


def _latency(of: Mapping[str, float | None]) -> str:
    if not of["count"]:
        return "nothing measured"
    return f"p50 {of['p50']:,.1f} ms, p99 {of['p99']:,.1f} ms, longest {of['max']:,.1f} ms"


def _counted(of: Mapping[str, int]) -> str:
    return ", ".join(f"{times:,} {name}" for name, times in sorted(of.items())) or "none"


def _more(runs: Mapping[str, Any]) -> str:
    unanswered = f", {runs['unanswered']:,} messages unanswered" if runs["unanswered"] else ""
    return unanswered + (f", rejected: {_counted(runs['rejected'])}" if runs["rejected"] else "")


def _verdict(report: Report) -> str:
    if report.partial:
        return "Interrupted: what was still under way is not judged."
    if report.clean:
        return "Every promise was kept."
    return "Not every promise was kept."
