"""`legacy`: what it does and prints."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.cli.application import ApplicationView, Bootstrap
from adapters.cli.building import with_application
from adapters.cli.terminal import inert, json_text, say
from adapters.facades.shims import write_shims
from services.errors import FieldError, InvalidInput
from services.ports.old_uses import OldUse


def report_uses(
    bootstrap: Bootstrap, config: Path | None, data: Path | None, *, days: int | None, as_json: bool
) -> int:
    """Print every call site and return how many there are."""
    since = None if days is None else datetime.now(UTC) - timedelta(days=days)

    async def looked(application: ApplicationView) -> Sequence[OldUse]:
        return await application.old_use_store.uses(since)

    uses = with_application(bootstrap, config, data, looked)
    if as_json:
        say(json_text([_json(use) for use in uses]))
    else:
        for use in uses:
            say(inert(_line(use)))
        say(_summary(uses))
    return len(uses)


def write_old_modules(tree: Path, modules: Sequence[str], *, replace: bool, as_json: bool) -> None:
    """Write the modules and print the files; raises ``InvalidInput`` and ``WiringError``."""
    wanted = dict(_read(module) for module in modules)
    files = write_shims(tree, wanted, replace=replace)
    if as_json:
        say(json_text([str(file) for file in files]))
        return
    for file in files:
        say(inert(str(file)))


def _read(module: str) -> tuple[str, list[str]]:
    path, _, names = module.partition(":")
    listed = [name for name in names.split(",") if name.strip()]
    if not (path and listed):
        wrong = FieldError("module", f"{module!r} names nothing: write MODULE:NAME,NAME")
        raise InvalidInput("The old import lines cannot be written.", errors=[wrong])
    return path, listed


def _line(use: OldUse) -> str:
    refused = f", {use.refused} refused" if use.refused else ""
    place = f"{use.site.file}:{use.site.line} in {use.site.function}"
    return f"{use.uses} x {use.site.old_name}  {place}  (last {use.last_at:%Y-%m-%d %H:%M} UTC{refused})"


def _summary(uses: Sequence[OldUse]) -> str:
    if not uses:
        return "No old name is used."
    return f"{len(uses)} call sites, {sum(use.uses for use in uses)} uses."


def _json(use: OldUse) -> dict[str, Any]:
    return {
        **use.site._asdict(),
        "uses": use.uses,
        "refused": use.refused,
        "first_at": use.first_at.isoformat(),
        "last_at": use.last_at.isoformat(),
    }
