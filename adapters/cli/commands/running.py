"""`serve` and `chat`: the two ways to use Soledoor."""

from pathlib import Path
from typing import Annotated

import typer

from adapters.cli.application import Bootstrap
from adapters.cli.commands.options import Config, Data


def add(app: typer.Typer, bootstrap: Bootstrap) -> None:
    """Register the commands."""

    @app.command()
    def serve(
        host: Annotated[str | None, typer.Option(help="Address to listen on [default: 127.0.0.1].")] = None,
        port: Annotated[
            int | None, typer.Option(min=0, max=65535, help="Port; 0 takes a free one [default: 8000].")
        ] = None,
        data: Data = None,
        demo: Annotated[
            bool, typer.Option("--demo", help="Print a one-time link that logs in as an admin named demo.")
        ] = False,
        reload: Annotated[
            bool, typer.Option("--reload", help="Start again when a Python file changes.")
        ] = False,
        workers: Annotated[
            int, typer.Option(min=1, max=64, help="Serve by so many processes; needs PostgreSQL.")
        ] = 1,
        config: Config = None,
    ) -> None:
        """Serve the page, the HTTP interface and the WebSocket."""
        from adapters.cli.wish import Wish

        wish = Wish(host, port, data, config, demo, workers)
        if reload and workers > 1:
            raise typer.BadParameter("works with one process: leave out --workers", param_hint="--reload")
        if reload:
            from adapters.cli.reloading import serve_and_watch

            serve_and_watch(wish.settings())
        else:
            from adapters.cli.serving import serve_until_stopped

            serve_until_stopped(bootstrap, wish)

    @app.command()
    def chat(
        text: Annotated[str | None, typer.Argument(help="What to ask; without it you are asked.")] = None,
        file: Annotated[list[Path] | None, typer.Option(help="A file to hand over; may be repeated.")] = None,
        agent: Annotated[
            str | None, typer.Option(help="Ask this agent instead of letting one be chosen.")
        ] = None,
        url: Annotated[
            str | None, typer.Option(help="A running server; without it everything runs here.")
        ] = None,
        user: Annotated[str | None, typer.Option(help="Log in to that server under this name.")] = None,
        password_stdin: Annotated[
            bool, typer.Option("--password-stdin", help="Read the password from standard input.")
        ] = False,
        token: Annotated[
            str | None, typer.Option(envvar="SOLEDOOR_TOKEN", help="A session token instead of a login.")
        ] = None,
        as_json: Annotated[
            bool, typer.Option("--json", help="Print the events, one JSON object per line.")
        ] = False,
        data: Data = None,
        config: Config = None,
    ) -> None:
        """Ask something: one question with TEXT, a conversation without."""
        from adapters.cli.chatting import Question, Server, ask

        server = Server(url, user, password_stdin, token)
        code = ask(bootstrap, Question(text, tuple(file or ()), agent, as_json, data, config), server)
        raise typer.Exit(code)
