"""Which errors are the user's to mend: those become one clear line on standard error and exit code 2."""

from typing import Any

import typer
from typer.core import TyperGroup

BAD_USAGE = 2


class Stop(Exception):
    """End the command with one line and this exit code."""

    def __init__(self, line: str, code: int = BAD_USAGE) -> None:
        self.line, self.code = line, code
        super().__init__(line)


class RefusingGroup(TyperGroup):
    """A command group that turns what the user can mend into one line; anything else stays a traceback."""

    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except typer.Exit:
            raise
        except (Exception, BaseExceptionGroup) as error:
            stop = stop_for(error)
            if stop is None:
                raise
        typer.echo(f"soledoor: {stop.line}", err=True)
        raise typer.Exit(stop.code)


def stop_for(error: BaseException) -> Stop | None:
    """Return how a command ends for this error, None when it is a fault of the program."""
    from adapters.cli.terminal import inert  # noqa: PLC0415 - only on the way out
    from config.reading import SettingsError  # noqa: PLC0415
    from services.errors import DispatcherClosed, GrammarError, SoledoorError  # noqa: PLC0415

    while isinstance(error, BaseExceptionGroup) and len(error.exceptions) == 1:
        error = error.exceptions[0]
    if isinstance(error, Stop):
        return Stop(_one_line(inert(error.line)), error.code)
    fault = isinstance(error, DispatcherClosed | GrammarError)
    if isinstance(error, SettingsError | SoledoorError) and not fault:
        return Stop(_one_line(inert(str(error))))
    return None


def _one_line(text: str) -> str:
    lines = [line.strip().removeprefix("- ") for line in text.splitlines() if line.strip()]
    return "; ".join(lines).replace(":; ", ": ")
