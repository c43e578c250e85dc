"""A report for people: tables by group, a summary, and what could not be read."""

from collections.abc import Iterable

from rich.console import Console
from rich.table import Table
from rich.text import Text

from adapters.cli.terminal import inert
from services.audit.findings import Finding, Report
from services.audit.groups import GROUPS


def show(console: Console, report: Report, roles: int) -> None:
    """Print the report."""
    for group in GROUPS:
        found = [each for each in report.findings if each.group == group]
        if found:
            console.print(_table(group, found))
    for unparsed in report.unparsed:
        console.print(Text(f"not read: {inert(unparsed.file)}: {inert(unparsed.reason)}"))
    for line in summary(report, roles):
        console.print(Text(line))


def summary(report: Report, roles: int) -> Iterable[str]:
    """Yield what is told of all findings together."""
    counts = report.summary()
    rules = ", ".join(f"{count} {rule}" for rule, count in counts["by_rule"].items())
    yield f"{report.files:,} files: {len(report.findings):,} findings" + (f" ({rules})" if rules else "")
    more = {
        "allowed by a comment": report.silenced,
        "declared as facades": report.declared,
        "known from the baseline": report.known,
        "files not read": len(report.unparsed),
    }
    if any(more.values()):
        yield ", ".join(f"{count:,} {name}" for name, count in more.items() if count)
    if not roles:
        yield "No roles are configured: only rules without a role were asked. --discover proposes some."


def _table(group: str, found: Iterable[Finding]) -> Table:
    table = Table(title=group, title_justify="left", expand=False, show_lines=False)
    for heading in ("where", "rule", "role", "what"):
        table.add_column(heading, overflow="fold")
    for each in found:
        where = Text(f"{inert(each.file)}:{each.line}")
        table.add_row(where, Text(each.rule), Text(inert(each.role)), Text(inert(each.message)))
    return table
