"""`graph`, `doctor`, `migrate`, `version`: what an operator does beside the running server."""

from enum import StrEnum
from typing import Annotated

import typer

from adapters.cli.application import Bootstrap
from adapters.cli.commands.options import AsJson, Config, Data


class Picture(StrEnum):
    """How the graph is drawn."""

    TEXT = "text"
    MERMAID = "mermaid"
    SVG = "svg"


def add(app: typer.Typer, bootstrap: Bootstrap) -> None:
    """Register the commands."""

    @app.command()
    def graph(
        format_: Annotated[Picture, typer.Option("--format", help="How to draw it.")] = Picture.TEXT,
        data: Data = None,
        config: Config = None,
    ) -> None:
        """Print the object graph: what exists, for how long, and who is given what."""
        from adapters.cli.keeping import print_graph

        print_graph(bootstrap, config, data, format_.value)

    @app.command()
    def doctor(as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
        """Say what is configured and what is healthy, with a cure for what is not."""
        from adapters.cli.doctor import examine

        raise typer.Exit(examine(bootstrap, config, data, as_json=as_json))

    @app.command()
    def migrate(as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
        """Bring the database to the newest revision; `serve` does the same when it starts."""
        from adapters.cli.migrating import migrate_database

        migrate_database(config, data, as_json=as_json)

    @app.command()
    def version(as_json: AsJson = False) -> None:
        """Print the version."""
        from adapters.cli.versions import print_version

        print_version(as_json=as_json)
