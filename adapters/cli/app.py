"""The command line as a whole: which commands there are."""

import typer

from adapters.cli.application import Bootstrap
from adapters.cli.commands import audit, bench, keeping, legacy, people, running, switches, tools
from adapters.cli.refusals import RefusingGroup


def build_cli(bootstrap: Bootstrap) -> typer.Typer:
    """Return the commands; each is given ``bootstrap`` and builds what it needs when it runs."""
    app = typer.Typer(
        name="soledoor",
        cls=RefusingGroup,
        help="A multi-user agent server with one door for every tool call and one path per request.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,  # boxes around the help cost 300 ms
    )
    running.add(app, bootstrap)
    tools.add(app, bootstrap)
    people.add(app, bootstrap)
    switches.add(app, bootstrap)
    keeping.add(app, bootstrap)
    legacy.add(app, bootstrap)
    bench.add(app, bootstrap)
    audit.add(app, bootstrap)
    return app
