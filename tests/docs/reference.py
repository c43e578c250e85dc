"""The tables of the reference pages, made from the code: ``python -m tests.docs.reference`` renews them.

A table stands between ``<!-- table NAME -->`` and ``<!-- end -->``; a test compares each with the code.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from typer.main import get_command

from adapters.cli.app import build_cli
from config.example import written
from config.reading import walk
from config.settings import Settings
from services.events import PAYLOAD_KEYS
from tests.docs.blocks import ROOT

REFERENCE = ROOT / "docs" / "reference"
PLACE = re.compile(r"<!-- table (?P<name>\w+) -->\n.*?<!-- end -->", re.DOTALL)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", r"\|") for cell in line) + " |" for line in lines)


def settings() -> str:
    """Return every setting with its default and its sentence."""
    rows = [
        (f"`{name}`", f"`{written(value)}`" if value is not None else "", description)
        for name, value, description in walk(Settings.model_construct())
    ]
    return table(("setting", "default", "what it decides"), rows)


def events() -> str:
    """Return every event type with its payload keys."""
    rows = [(f"`{kind}`", _keys(needed), _keys(extra)) for kind, (needed, extra) in PAYLOAD_KEYS.items()]
    return table(("type", "payload keys, always there", "sometimes there"), rows)


def commands() -> str:
    """Return every command with what it takes."""
    parts = []
    for path, command in _leaves(get_command(build_cli(_nothing)), ()):
        options = [(_usage(each), each.help or "") for each in command.params]
        parts.append(f"### `soledoor {' '.join(path)}`\n\n{command.help}\n\n{table(('option', ''), options)}")
    return "\n\n".join(parts)


TABLES: dict[str, Callable[[], str]] = {"settings": settings, "events": events, "commands": commands}


def renewed(text: str) -> str:
    """Return the page with every table as the code has it."""
    return PLACE.sub(
        lambda match: f"<!-- table {match['name']} -->\n{TABLES[match['name']]()}\n<!-- end -->", text
    )


def pages() -> list[Path]:
    """Return the pages that hold tables."""
    return sorted(REFERENCE.glob("*.md"))


def _keys(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))


def _nothing(settings: Settings) -> Any:
    raise NotImplementedError


def _leaves(command: Any, path: tuple[str, ...]) -> Iterable[tuple[tuple[str, ...], Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield path, command
        return
    for name in sorted(inner):
        yield from _leaves(inner[name], (*path, name))


def _usage(parameter: Any) -> str:
    if parameter.param_type_name == "argument":
        name = parameter.metavar or str(parameter.name).upper()
        return f"`{name}`" if parameter.required else f"`[{name}]`"
    value = "" if getattr(parameter, "is_flag", False) else f" {parameter.opts[0].lstrip('-').upper()}"
    return f"`{parameter.opts[0]}{value}`"


if __name__ == "__main__":
    for page in pages():
        page.write_text(renewed(page.read_text(encoding="utf-8")), encoding="utf-8")
