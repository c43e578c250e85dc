"""`graph`: what it does and prints."""

from pathlib import Path

from adapters.cli.application import ApplicationView, Bootstrap, GraphFormat
from adapters.cli.building import with_application
from adapters.cli.terminal import say


def print_graph(bootstrap: Bootstrap, config: Path | None, data: Path | None, format_: GraphFormat) -> None:
    """Print the object graph."""

    async def drawn(application: ApplicationView) -> str:
        return application.graph(format_)

    say(with_application(bootstrap, config, data, drawn).rstrip("\n"))
