"""A report as workflow commands: GitHub shows them at the lines of a change."""

import os
from collections.abc import Iterator
from pathlib import Path

from services.audit.findings import Report


def as_annotations(report: Report, root: Path) -> Iterator[str]:
    """Yield one command for each finding and each file that could not be read; paths are from here."""
    for each in report.findings:
        place = f"file={_property(_from_here(root, each.file))},line={each.line},title={_property(each.rule)}"
        yield f"::warning {place}::{_data(each.message)}"
    for unparsed in report.unparsed:
        place = f"file={_property(_from_here(root, unparsed.file))},title=not read"
        yield f"::notice {place}::{_data(unparsed.reason)}"


def _from_here(root: Path, file: str) -> str:
    return Path(os.path.relpath(root / file)).as_posix()


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
