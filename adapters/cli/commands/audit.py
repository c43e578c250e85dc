"""`audit`: what competes in a code base."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.application import Bootstrap
from adapters.cli.commands.options import AsJson

Format = Annotated[
    str,
    typer.Option("--format", metavar="FORM", help="table, json, sarif, github, mermaid or svg."),
]
Config = Annotated[
    Path | None,
    typer.Option(
        help="A TOML file with [tool.soledoor.audit] [default: pyproject.toml of PATH].", show_default=False
    ),
]
Discover = Annotated[
    bool,
    typer.Option(
        "--discover", help="Print the roles that the code seems to have; with --json audit with them."
    ),
]
Map = Annotated[
    bool, typer.Option("--map", help="Print who uses what of each role, and what fits the owner.")
]
Baseline = Annotated[
    Path | None, typer.Option(help="An earlier --json report: only findings that it does not know count.")
]
Rule = Annotated[list[str] | None, typer.Option(help="Ask this rule only; may be repeated.")]
Group = Annotated[
    list[str] | None,
    typer.Option(help="Report this group only: production, tests or scripts; may be repeated."),
]
NoCache = Annotated[
    bool, typer.Option("--no-cache", help="Read every file, and keep nothing for the next time.")
]


def add(app: typer.Typer, bootstrap: Bootstrap) -> None:
    """Register the command."""

    @app.command()
    def audit(
        path: Annotated[Path, typer.Argument(help="The code base: a folder, or one file.")],
        config: Config = None,
        discover: Discover = False,
        map_: Map = False,
        form: Format = "table",
        as_json: AsJson = False,
        baseline: Baseline = None,
        rule: Rule = None,
        group: Group = None,
        no_cache: NoCache = False,
    ) -> None:
        """Find what competes in any Python code base; nothing of it is imported or run."""
        from adapters.cli.auditing import Asked, run

        wanted = "json" if as_json else form
        asked = Asked(
            path,
            config,
            wanted,
            baseline,
            discover,
            map_,
            tuple(rule or ()),
            tuple(group or ()),
            not no_cache,
        )
        raise typer.Exit(run(asked))
