"""`legacy`: who still uses old names, and how old import lines are kept."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.application import Bootstrap
from adapters.cli.commands.options import AsJson, Config, Data

Days = Annotated[
    int | None, typer.Option(min=0, help="Only what was used in so many days.", show_default=False)
]
Check = Annotated[bool, typer.Option("--check", help="Exit with 1 where something is still used.")]
Tree = Annotated[Path, typer.Argument(help="Folder from which the old modules are imported.")]
Modules = Annotated[
    list[str],
    typer.Argument(help="MODULE:NAME,NAME,... where SECOND=NAME gives a name that had a second one."),
]
Replace = Annotated[bool, typer.Option("--replace", help="Write over files that hold something else.")]


def add(app: typer.Typer, bootstrap: Bootstrap) -> None:
    """Register the group."""
    legacy = typer.Typer(
        help="Follow old callers until none is left; docs/migrate.md says how.", no_args_is_help=True
    )
    app.add_typer(legacy, name="legacy")

    @legacy.command()
    def report(
        days: Days = None,
        check: Check = False,
        as_json: AsJson = False,
        data: Data = None,
        config: Config = None,
    ) -> None:
        """List the call sites that use old names, the most used first."""
        from adapters.cli.old_names import report_uses

        found = report_uses(bootstrap, config, data, days=days, as_json=as_json)
        raise typer.Exit(int(check and found > 0))

    @legacy.command()
    def shims(tree: Tree, modules: Modules, replace: Replace = False, as_json: AsJson = False) -> None:
        """Write modules that hold old names only, where old modules stood."""
        from adapters.cli.old_names import write_old_modules

        write_old_modules(tree, modules, replace=replace, as_json=as_json)
