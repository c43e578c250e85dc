"""`version`: of Soledoor, and of Python for whoever helps."""

import platform
from importlib.metadata import version

from adapters.cli.terminal import json_text, say


def print_version(*, as_json: bool) -> None:
    """Print the versions."""
    said = {"soledoor": version("soledoor"), "python": platform.python_version()}
    say(json_text(said) if as_json else f"soledoor {said['soledoor']} (Python {said['python']})")
