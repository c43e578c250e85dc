"""`bench`: where it is measured, what Ctrl-C does, and which exit code follows."""

import signal
import tempfile
import threading
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path

import anyio

from adapters.bench.accounts import log_in, offers_load
from adapters.bench.faulty import Faults
from adapters.bench.measurement import Measurement
from adapters.bench.plan import Plan
from adapters.bench.report import Report
from adapters.bench.servers import Fleet, ServerUnusable, own_servers
from adapters.bench.user import Account
from adapters.cli.application import Bootstrap
from adapters.cli.bench_accounts import make_accounts, typed_passwords
from adapters.cli.bench_screen import shown, watching
from adapters.cli.bench_wish import Wish
from adapters.cli.refusals import Stop
from adapters.cli.terminal import json_text, say, screen
from adapters.web.collecting import seldom_collecting

CLEAN, NOT_CLEAN, INTERRUPTED = 0, 1, 130
NO_TOOL = "The server lacks the module adapters.bench.tools in tools.modules: only messages are sent."


@dataclass(frozen=True, slots=True)
class Ground:
    """The servers to measure, and who is logged in there."""

    urls: list[str]
    accounts: list[Account]
    fleet: Fleet | None = None


@dataclass
class Interruption:
    """A stop signal: what is measured so far is reported; before that there is nothing to report."""

    scope: anyio.CancelScope = field(default_factory=anyio.CancelScope)
    measurement: Measurement | None = None
    happened: bool = False

    def happen(self) -> None:
        """Stop now; the second time without a report."""
        if self.measurement is None or self.happened:
            self.scope.cancel()
        else:
            self.measurement.stop()
        self.happened = True


def measure(bootstrap: Bootstrap, wish: Wish, *, as_json: bool) -> int:
    """Measure and print; return the exit code: 0 all promises kept, 1 not, 130 interrupted."""
    wish.check()
    passwords = typed_passwords(wish) if wish.urls else {}
    options = {"use_uvloop": find_spec("uvloop") is not None}
    found, unusable = None, ""
    try:
        found = anyio.run(_measured, bootstrap, wish, passwords, backend="asyncio", backend_options=options)
    except* ServerUnusable as group:
        unusable = _first(group)
    if unusable:
        raise Stop(unusable, 1)
    if found is None:
        screen().print("Interrupted.", style="dim")
        return INTERRUPTED
    say(json_text(found.figures, indent=2) if as_json else shown(found))
    if found.partial:
        return INTERRUPTED
    return CLEAN if found.clean else NOT_CLEAN


def _first(error: BaseException) -> str:
    """Return what the first of many servers or users met; the others met the same."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return str(error)


async def _measured(bootstrap: Bootstrap, wish: Wish, passwords: dict[str, str]) -> Report | None:
    """Return what was found, None when it was interrupted before anything was."""
    found, interruption = None, Interruption()
    async with anyio.create_task_group() as tasks:
        if threading.current_thread() is threading.main_thread():
            tasks.start_soon(_listen, interruption)
        with interruption.scope:
            async with _ground(bootstrap, wish, passwords) as ground:
                plan = await _possible(wish.plan, ground)
                measurement = Measurement(plan, ground.urls, ground.accounts, ground.fleet)
                interruption.measurement = measurement
                # A pause here would be told as one of the servers'.
                with seldom_collecting():
                    async with watching(measurement, plan):
                        found = await measurement.run()
        tasks.cancel_scope.cancel()
    return found


@asynccontextmanager
async def _ground(
    bootstrap: Bootstrap, wish: Wish, passwords: dict[str, str]
) -> AsyncGenerator[Ground, None]:
    if wish.urls:
        yield Ground(list(wish.urls), list(await log_in(wish.urls[0], passwords)))
        return
    settings = wish.settings()
    with tempfile.TemporaryDirectory(prefix="soledoor-bench-") as directory:
        data = Path(directory) / "data"
        made = await make_accounts(bootstrap, data, settings, wish.plan.users)
        faults = _faults(wish.plan, Path(directory) / "faults")
        async with own_servers(data, settings, wish.replicas, faults) as fleet:
            yield Ground(fleet.urls, list(await log_in(fleet.urls[0], made)), fleet)


def _faults(plan: Plan, notes: Path) -> Faults | None:
    if not plan.faulty:
        return None
    notes.mkdir()
    return Faults(plan.dropped_wakeups, plan.repeated_appends, notes)


async def _possible(plan: Plan, ground: Ground) -> Plan:
    """Return the plan, without tool calls where the server has not the tool for them."""
    if not plan.pace or await offers_load(ground.urls[0], ground.accounts[0]):
        return plan
    screen().print(NO_TOOL)
    return replace(plan, pace=0.0)


async def _listen(interruption: Interruption) -> None:
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        async for _ in signals:
            interruption.happen()
