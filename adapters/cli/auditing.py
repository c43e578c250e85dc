"""`audit`: what is wanted, in which form, and how the command ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from adapters.audit.auditing import Watching, Wish, gathered, root_of
from adapters.audit.configured import configured
from adapters.audit.gathering import Progress
from adapters.cli.terminal import json_text, say, screen
from services.audit.audit import audit
from services.audit.configuration import Configuration
from services.audit.findings import Report

FORMATS = ("table", "json", "sarif", "github", "mermaid", "svg")


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
    root = root_of(asked.path)
    told = configured(root, asked.config)
    facts = gathered(Wish(asked.path, told.exclude, asked.cached), OnScreen())
    report = audit(facts.files, told, facts.unparsed, root.name)
    _print(asked, told, report)
    return 1 if report.findings else 0


def _print(asked: Asked, told: Configuration, report: Report) -> None:
    if asked.form == "json":
        say(json_text(report.as_json(), indent=2))
        return
    from rich.console import Console  # noqa: PLC0415 - programs need no tables

    from adapters.audit.table import show  # noqa: PLC0415

    show(Console(highlight=False, markup=False), report, len(told.roles))


class OnScreen(Watching):
    """A bar on standard error, when that is a terminal."""

    @contextmanager
    def silently(self, total: int) -> Iterator[Progress]:
        """Show a bar."""
        if not sys.stderr.isatty():
            yield lambda done, of: None
            return
        from rich.progress import BarColumn, MofNCompleteColumn  # noqa: PLC0415
        from rich.progress import Progress as Bar  # noqa: PLC0415

        with Bar("reading", BarColumn(), MofNCompleteColumn(), console=screen(), transient=True) as bar:
            task = bar.add_task("reading", total=total)
            yield lambda done, of: bar.update(task, completed=done)
