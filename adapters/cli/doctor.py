"""`doctor`: looks at everything a start depends on, changes nothing, and names a cure for what is wrong."""

import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from adapters.cli.application import Bootstrap
from adapters.cli.building import entered
from adapters.cli.checks import Check, Level, machine, redis, storage
from adapters.cli.quiet import quiet
from adapters.cli.refusals import stop_for
from adapters.cli.terminal import inert, json_text, say
from config.logs import configure_logs
from config.reading import Setting, SettingsError, listing, read_settings
from config.settings import Settings

MARKS = {Level.OK: ("✓", "green"), Level.WARN: ("!", "yellow"), Level.FAIL: ("✗", "red")}


def examine(bootstrap: Bootstrap, config: Path | None, data: Path | None, *, as_json: bool) -> int:
    """Print every finding; return 1 when one is a failure, else 0."""
    settings: list[Setting] = []
    try:
        read = read_settings(config, data=data)
        configure_logs(quiet(read).logs)
        settings = listing(read, config, data=data)
        checks = [*machine(read), *storage(read), *redis(read), application(bootstrap, read)]
    except SettingsError as error:
        checks = [Check("settings", Level.FAIL, "; ".join(error.problems), "correct them, then ask again")]
    failed = any(check.level is Level.FAIL for check in checks)
    if as_json:
        say(json_text(_report(checks, settings, ok=not failed), indent=2))
    else:
        _print(checks, settings)
    return 1 if failed else 0


def application(bootstrap: Bootstrap, settings: Settings) -> Check:
    """Build the whole application over an empty directory: tools load, the graph is sound, the model too."""
    with tempfile.TemporaryDirectory() as empty:
        database = settings.database.model_copy(update={"url": None})
        instead = {
            "data": Path(empty),
            "database": database,
            "redis": settings.redis.model_copy(update={"url": None}),
            "events": settings.events.model_copy(update={"log": "auto"}),
        }
        elsewhere = quiet(settings).model_copy(update=instead)
        try:
            tools = entered(bootstrap, elsewhere, lambda running: len(running.catalog.all()))
        except Exception as error:  # noqa: BLE001 - whatever it is, the doctor says so and goes on
            stop = stop_for(error)
            told = stop.line if stop else f"{type(error).__name__}: {error}"
            return Check("application", Level.FAIL, told, "mend what the line names; nothing starts before")
    return Check("application", Level.OK, f"model {settings.models.name}, {tools} tools, graph verified")


def _report(checks: list[Check], settings: list[Setting], *, ok: bool) -> dict[str, Any]:
    return {
        "ok": ok,
        "checks": [
            {"name": each.name, "status": each.level.value, "detail": each.detail, "cure": each.cure}
            for each in checks
        ],
        "settings": [{"name": each.name, "value": each.value, "origin": each.origin} for each in settings],
    }


def _print(checks: list[Check], settings: list[Setting]) -> None:
    console = Console(markup=False, highlight=False, emoji=False, soft_wrap=True)
    for check in checks:
        mark, colour = MARKS[check.level]
        cure = f": {check.cure}" if check.cure else ""
        console.print(Text.assemble((mark, colour), f" {check.name:<12} ", inert(check.detail + cure)))
    changed = [each for each in settings if each.origin != "default"]
    console.print(
        f"\n{len(changed)} of {len(settings)} settings differ from their defaults (--json lists all)."
    )
    for each in changed:
        console.print(Text(inert(f"  {each.name} = {each.value}  ({each.origin})")))
