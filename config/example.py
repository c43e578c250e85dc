"""The example file: every setting with its default and its sentence, written from the settings themselves.

``python -m config.example > config/example.toml`` renews it; a test compares the two.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from config.reading import variable, walk
from config.settings import Settings

HEAD = f"""\
# Every setting of Soledoor with its default. Copy what you want to change into a file of your own:
#     soledoor serve --config soledoor.toml        or        SOLEDOOR_CONFIG=soledoor.toml
# The environment wins over the file: {variable("limits.messages_per_minute")}=1000
# A setting that is commented out has no fixed default; its sentence says what happens without it.
"""


def text() -> str:
    """Return the file's text."""
    return HEAD + "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    section = ""
    for name, value, description in walk(Settings.model_construct()):
        group, _, inner = name.rpartition(".")
        if group != section:
            section = group
            yield f"\n[{section}]"
            yield f"# {(type(getattr(Settings.model_construct(), section)).__doc__ or '').strip()}"
        given = f"{inner} = {written(value)}" if value is not None else f"# {inner} ="
        yield f"{given}  # {description}"


def written(value: Any) -> str:
    """Return a value as TOML has it."""
    if isinstance(value, Path):
        return json.dumps(str(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value)


if __name__ == "__main__":
    sys.stdout.write(text())
