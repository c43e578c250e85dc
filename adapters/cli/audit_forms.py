"""In which forms an audit is printed; each form loads only what it needs."""

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

from adapters.cli.terminal import inert, json_text, say
from services.audit.explaining import EXPLAINED
from services.audit.findings import Report
from services.audit.mapping import RoleMap
from services.audit.picture import competing_paths
from services.audit.rules.case import Case

FORMS = ("table", "json", "sarif", "github", "mermaid", "svg")
MAP_FORMS = ("table", "json", "svg")


def print_json(value: Any) -> None:
    """Print plain values."""
    say(json_text(value, indent=2))


def print_report(form: str, report: Report, roles: int, root: Path) -> None:
    """Print a report as a table, as SARIF or as annotations."""
    if form == "sarif":
        from adapters.audit.sarif import as_sarif  # noqa: PLC0415 - each form loads what it needs

        print_json(as_sarif(report, dict(EXPLAINED), version("soledoor")))
    elif form == "github":
        from adapters.audit.github import as_annotations  # noqa: PLC0415

        for line in as_annotations(report, root):
            say(inert(line))
    else:
        from rich.console import Console  # noqa: PLC0415

        from adapters.audit.table import show  # noqa: PLC0415

        show(Console(highlight=False, markup=False), report, roles)


def print_picture(form: str, case: Case) -> None:
    """Print the competing paths as Mermaid or SVG."""
    drawn = competing_paths(case)
    if form == "mermaid":
        from adapters.audit.mermaid import as_mermaid  # noqa: PLC0415

        say(as_mermaid(drawn))
    else:
        from adapters.audit.svg import paths_svg  # noqa: PLC0415

        say(paths_svg(drawn))


def print_map(form: str, maps: Sequence[RoleMap]) -> None:
    """Print the dependency map as a table, JSON or SVG."""
    if form == "json":
        print_json({"roles": [each.as_json() for each in maps]})
    elif form == "svg":
        from adapters.audit.svg import map_svg  # noqa: PLC0415

        say(map_svg(maps))
    else:
        from rich.console import Console  # noqa: PLC0415

        from adapters.audit.map_table import show_map  # noqa: PLC0415

        show_map(Console(highlight=False, markup=False), maps)
