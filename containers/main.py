"""The console script: hands the bootstrap to the command line, since no adapter may import this layer."""

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from adapters.cli.app import build_cli
from adapters.cli.application import ApplicationView

# Only for the type checkers: settings and application are loaded by the commands that need them.
if TYPE_CHECKING:
    from config.settings import Settings


def main() -> None:
    """Run the command line."""
    build_cli(_bootstrap)(prog_name="soledoor")


def _bootstrap(settings: "Settings") -> AbstractAsyncContextManager[ApplicationView]:
    from containers.bootstrap import bootstrap  # noqa: PLC0415 - loads everything: `soledoor --help` does without

    return bootstrap(settings)
