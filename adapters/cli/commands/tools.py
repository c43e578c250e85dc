"""`tools`: what the agents can use, and a way to call one by hand."""

from typing import Annotated

import typer

from adapters.cli.application import Bootstrap
from adapters.cli.commands.options import AsJson, Config, Data


def add(app: typer.Typer, bootstrap: Bootstrap) -> None:
    """Register the group."""
    tools = typer.Typer(help="List, show and call tools.", no_args_is_help=True)
    app.add_typer(tools, name="tools")

    @tools.command("list")
    def list_(as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
        """List every tool with the first sentence of its description."""
        from adapters.cli.tooling import list_tools

        list_tools(bootstrap, config, data, as_json=as_json)

    @tools.command()
    def show(name: str, as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
        """Show one tool: what it does and what it takes."""
        from adapters.cli.tooling import show_tool

        show_tool(bootstrap, config, data, name, as_json=as_json)

    @tools.command()
    def call(
        name: str,
        arguments: Annotated[
            list[str] | None, typer.Argument(metavar="KEY=VALUE...", help="One argument of the tool each.")
        ] = None,
        input_: Annotated[
            str | None,
            typer.Option("--input", metavar="JSON", help="All arguments as one JSON object; - reads them."),
        ] = None,
        timeout: Annotated[
            float | None, typer.Option(min=0.001, help="Give up after this many seconds.")
        ] = None,
        as_json: AsJson = False,
        data: Data = None,
        config: Config = None,
    ) -> None:
        """Call one tool as the local user and print its result."""
        from adapters.cli.tooling import Call, call_tool

        wish = Call(name, tuple(arguments or ()), input_, timeout)
        raise typer.Exit(call_tool(bootstrap, config, data, wish, as_json=as_json))
