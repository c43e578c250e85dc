"""Which directory can hold the data: one that is there or can be made, and that takes a new file."""

import tempfile
from pathlib import Path

from services.errors import FieldError, InvalidInput


def usable(data: Path) -> Path:
    """Make the directory if only itself is missing, try it, return it. May be called again and again.

    Raises ``InvalidInput`` with field ``data`` and the cure, before anything was written.
    """
    _present(data)
    try:
        with tempfile.NamedTemporaryFile(dir=data, prefix=".try-"):
            pass
    except OSError as error:
        raise unusable(data, "cannot be written to", "give this account write permission there") from error
    return data


def unusable(path: Path, problem: str, cure: str) -> InvalidInput:
    """Return the error for a place that cannot be used."""
    return InvalidInput(
        "The data directory cannot be used.",
        errors=[FieldError("data", f"{path} {problem}: {cure}, or name another directory")],
    )


def _present(data: Path) -> None:
    try:
        data.mkdir(mode=0o700, exist_ok=True)
    except FileNotFoundError as error:
        raise unusable(data, "has no parent directory", "make the parent directory") from error
    except FileExistsError as error:
        raise unusable(data, "is a file", "move that file away") from error
    except OSError as error:
        raise unusable(data, "cannot be made", "make it, or allow this account to") from error
