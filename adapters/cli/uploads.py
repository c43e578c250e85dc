"""Files named on the command line: what they are announced as, and what is said when one cannot be read."""

from pathlib import Path

from adapters.cli.refusals import Stop

MEDIA_TYPES = {".csv": "text/csv"}


def media_type_of(file: Path) -> str:
    """Return what a file is announced as."""
    return MEDIA_TYPES.get(file.suffix.lower(), "text/plain")


def unreadable(file: Path, error: OSError) -> Stop:
    """Return the error for a file that cannot be read."""
    return Stop(f"--file {file}: {error.strerror or error}")
