"""The dependency map for people: each implementation, who uses it, and how it compares with the owner."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.cli.terminal import inert
from services.audit.mapping import DIFFERS, MISSING, Implementation, RoleMap


def show_map(console: Console, maps: Iterable[RoleMap]) -> None:
    """Print two tables for each role."""
    for role in maps:
        console.print(_consumers(role))
        console.print(_fits(role))


def _consumers(role: RoleMap) -> Table:
    table = _table(f"{role.role}: who uses what", "implementation", "used in", "methods")
    for each in role.implementations:
        table.add_row(Text(inert(_name(each))), Text(f"{len(each.consumers)} places"), Text(""))
        for consumer in each.consumers:
            place = f"{consumer.file}:{consumer.line} {consumer.symbol}"
            table.add_row(Text(""), Text(inert(place)), Text(inert(", ".join(consumer.methods))))
    return table


def _fits(role: RoleMap) -> Table:
    title = f"{role.role}: what fits the owner, of {len(role.methods)} methods"
    table = _table(title, "implementation", "same", "missing", "differs")
    for each in role.implementations:
        if each.fits:
            missing = [name for name, fit in each.fits.items() if fit.state == MISSING]
            differs = [f"{name} ({fit.detail})" for name, fit in each.fits.items() if fit.state == DIFFERS]
            cells = (_name(each), f"{each.share:.0%}", ", ".join(missing), ", ".join(differs))
            table.add_row(*(Text(inert(cell)) for cell in cells))
    return table


def _name(each: Implementation) -> str:
    place = f" ({each.file}:{each.line})" if each.file else ""
    return f"{each.symbol}{place}{', the owner' if each.owner else ''}"


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table
