"""Where an audit's configuration comes from: a file that is named, or the tree's own ``pyproject.toml``."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from services.audit.configuration import AuditConfigurationError, Configuration, configuration


def configured(root: Path, file: Path | None) -> Configuration:
    """Return the configuration; raises ``AuditConfigurationError`` for one that is wrong."""
    place = file or root / "pyproject.toml"
    if file is None and not place.is_file():
        return Configuration()
    return configuration(_table(place))


def read_baseline(place: Path) -> Any:
    """Return what a baseline file holds; raises ``AuditConfigurationError``."""
    try:
        return orjson.loads(place.read_bytes())
    except OSError as error:
        raise AuditConfigurationError(str(place), f"cannot be opened: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise AuditConfigurationError(str(place), f"is no JSON: {error}") from error


def _table(place: Path) -> Mapping[str, Any]:
    try:
        read: Any = tomllib.loads(place.read_text(encoding="utf-8"))
    except OSError as error:
        raise AuditConfigurationError(str(place), f"cannot be opened: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise AuditConfigurationError(str(place), f"is no TOML: {error}") from error
    for name in ("tool", "soledoor", "audit"):
        read = read.get(name, {})
        if not isinstance(read, dict):
            raise AuditConfigurationError(str(place), "write [tool.soledoor.audit] as a table")
    table: Mapping[str, Any] = read
    return table
