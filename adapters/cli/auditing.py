"""`audit`: what is wanted, in which form, and how the command ends."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from adapters.audit.auditing import Watching, Wish, gathered, root_of
from adapters.audit.configured import configured, read_baseline
from adapters.audit.gathering import Gathered, Progress
from adapters.cli import audit_forms
from adapters.cli.terminal import say, screen
from services.audit.audit import audit
from services.audit.baseline import without_known
from services.audit.configuration import AuditConfigurationError, Configuration
from services.audit.discovery import Proposal, discovered
from services.audit.findings import Report
from services.audit.groups import GROUPS
from services.audit.mapping import dependency_map
from services.audit.proposing import as_toml, as_values
from services.audit.rules.case import Case
from services.audit.tree import Tree


class Asked(NamedTuple):
    """The options as they were typed."""

    path: Path
    config: Path | None
    form: str
    baseline: Path | None
    discover: bool
    map: bool
    rules: tuple[str, ...]
    groups: tuple[str, ...]
    cached: bool


def run(asked: Asked) -> int:
    """Audit and print; return the exit code: 0 clean, 1 findings. Raises ``AuditConfigurationError``."""
    _checked(asked)
    gc.disable()  # one audit, then the process ends; what is read holds no circles
    try:
        return _run(asked)
    finally:
        gc.enable()


def _run(asked: Asked) -> int:
    root = root_of(asked.path)
    told = _told(asked, root)
    known = read_baseline(asked.baseline) if asked.baseline else None
    facts = gathered(Wish(asked.path, told.exclude, asked.cached), OnScreen())
    proposals: list[Proposal] = []
    if asked.discover:
        proposals = discovered(Tree(facts.files, root.name), told)
        if asked.form != "json":
            say(as_toml(proposals))
            return 0
        told = replace(told, roles=tuple(each.role for each in proposals))
    if asked.map:
        audit_forms.print_map(asked.form, dependency_map(_case(facts, root, told)))
        return 0
    report = audit(facts.files, told, facts.unparsed, root.name)
    report = without_known(report, known) if known is not None else report
    if asked.form in {"mermaid", "svg"}:
        audit_forms.print_picture(asked.form, _case(facts, root, told))
    else:
        _print(asked, told, report, root, proposals)
    return 1 if report.findings else 0


def _print(asked: Asked, told: Configuration, report: Report, root: Path, proposals: list[Proposal]) -> None:
    if asked.form == "json":
        more: dict[str, Any] = {"roles": [as_values(each.role) for each in proposals]} if proposals else {}
        audit_forms.print_json({**report.as_json(), **more})
    else:
        audit_forms.print_report(asked.form, report, len(told.roles), root)


def _checked(asked: Asked) -> None:
    if asked.form not in audit_forms.FORMS:
        raise AuditConfigurationError("--format", f"{asked.form!r} is none of {', '.join(audit_forms.FORMS)}")
    if asked.map and asked.form not in audit_forms.MAP_FORMS:
        raise AuditConfigurationError("--map", f"is printed as {', '.join(audit_forms.MAP_FORMS)}")
    for group in asked.groups:
        if group not in GROUPS:
            raise AuditConfigurationError("--group", f"{group!r} is none of {', '.join(GROUPS)}")


def _told(asked: Asked, root: Path) -> Configuration:
    told = configured(root, asked.config)
    return replace(told, rules=asked.rules or told.rules, groups=asked.groups or told.groups)


def _case(facts: Gathered, root: Path, told: Configuration) -> Case:
    return Case(Tree(facts.files, root.name), told)


class OnScreen(Watching):
    """A bar on standard error, when that is a terminal."""

    @contextmanager
    def silently(self, total: int) -> Iterator[Progress]:
        """Show a bar."""
        if not sys.stderr.isatty():
            yield lambda done, of: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn  # noqa: PLC0415 - a terminal alone needs it
        from rich.progress import Progress as Bar  # noqa: PLC0415

        with Bar("reading", BarColumn(), MofNCompleteColumn(), console=screen(), transient=True) as bar:
            task = bar.add_task("reading", total=total)
            yield lambda done, of: bar.update(task, completed=done)
