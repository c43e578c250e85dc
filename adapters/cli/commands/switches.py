"""`switch`: what may be changed while servers run."""

import typer

from adapters.cli.application import Bootstrap
from adapters.cli.commands.options import AsJson, Config, Data


def add(app: typer.Typer, bootstrap: Bootstrap) -> None:
    """Register the group."""
    switch = typer.Typer(
        help="Show and set runtime switches; running servers follow within two seconds.", no_args_is_help=True
    )
    app.add_typer(switch, name="switch")

    @switch.command("list")
    def list_(as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
        """List every switch with its value."""
        from adapters.cli.switching import list_switches

        list_switches(bootstrap, config, data, as_json=as_json)

    @switch.command()
    def show(name: str, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
        """Show one switch: its values, and who changed it when."""
        from adapters.cli.switching import show_switch

        show_switch(bootstrap, config, data, name, as_json=as_json)

    @switch.command("set")
    def set_(
        name: str, value: str, as_json: AsJson = False, data: Data = None, config: Config = None
    ) -> None:
        """Set a switch; who did it is recorded."""
        from adapters.cli.switching import set_switch

        set_switch(bootstrap, config, data, name, value, as_json=as_json)
