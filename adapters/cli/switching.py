"""`switch`: what it does and prints."""

import getpass
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from adapters.cli.application import ApplicationView, Bootstrap
from adapters.cli.building import with_application
from adapters.cli.terminal import inert, json_text, say
from services.ports.switches import SwitchChange
from services.switches import SwitchState


def list_switches(bootstrap: Bootstrap, config: Path | None, data: Path | None, *, as_json: bool) -> None:
    """Print every switch by name."""

    async def looked(application: ApplicationView) -> Sequence[SwitchState]:
        return application.switches.all()

    states = with_application(bootstrap, config, data, looked)
    if as_json:
        say(json_text([asdict(state) for state in states]))
        return
    for state in states:
        say(inert(_line(state)))


def show_switch(
    bootstrap: Bootstrap, config: Path | None, data: Path | None, name: str, *, as_json: bool
) -> None:
    """Print one switch and its last changes; raises ``InvalidInput`` naming those there are."""

    async def looked(application: ApplicationView) -> tuple[SwitchState, Sequence[SwitchChange]]:
        switches = application.switches
        return switches.state(name), await switches.history(name)

    state, changes = with_application(bootstrap, config, data, looked)
    if as_json:
        say(json_text(asdict(state) | {"changes": [_json(change) for change in changes]}))
        return
    say(inert(f"{_line(state)}\nallowed: {state.allowed}"))
    for change in changes:
        said = (
            f"{change.at:%Y-%m-%d %H:%M:%S} UTC  {change.old or 'not set'} to {change.new}, by {change.who}"
        )
        say(inert(said))


def set_switch(
    bootstrap: Bootstrap, config: Path | None, data: Path | None, name: str, value: str, *, as_json: bool
) -> None:
    """Set a switch and say what it was; raises ``InvalidInput`` naming the switches or values there are."""

    async def changed(application: ApplicationView) -> SwitchChange:
        return await application.switches.change(name, value, _who())

    change = with_application(bootstrap, config, data, changed)
    said = f"{change.name} is {change.new} now; it was {change.old or 'not set'}."
    say(json_text(_json(change)) if as_json else inert(said))


def _line(state: SwitchState) -> str:
    origin = f"set; settings say {state.initial}" if state.is_set else "from settings"
    return f"{state.name}  {state.value}  ({origin})"


def _json(change: SwitchChange) -> dict[str, Any]:
    return asdict(change) | {"at": change.at.isoformat()}


def _who() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in containers
        return "an unnamed account of this machine"
