"""`bench`: how fast events come, and whether all of them do."""

from typing import Annotated

import typer

from adapters.cli.application import Bootstrap
from adapters.cli.commands.options import AsJson

Url = Annotated[
    list[str] | None,
    typer.Option(help="A running server, may be repeated for replicas; without it servers are started."),
]
User = Annotated[list[str] | None, typer.Option(help="With --url: log in under this name; may be repeated.")]
PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the passwords from standard input, one line each.")
]
Replicas = Annotated[int, typer.Option(min=1, help="Without --url: how many servers to start.")]
DatabaseUrl = Annotated[str | None, typer.Option(help="Without --url: the setting database.url.")]
RedisUrl = Annotated[str | None, typer.Option(help="Without --url: the setting redis.url.")]
Percent = Annotated[float, typer.Option(min=0, max=100, hidden=True)]
Set = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Without --url: a setting of the servers; repeatable."),
]
Pace = Annotated[float, typer.Option(min=0, help="Events per user and second, by tool calls.")]
Runs = Annotated[float, typer.Option(min=0, help="Messages to the agents per user and second.")]


def add(app: typer.Typer, bootstrap: Bootstrap) -> None:
    """Register the group."""
    bench = typer.Typer(
        help="Measure how fast events come, and whether all of them do.", no_args_is_help=True
    )
    app.add_typer(bench, name="bench")

    @bench.command()
    def chaos(
        users: Annotated[int, typer.Option(min=1, help="How many users, without --url.")] = 10,
        sockets: Annotated[int, typer.Option(min=1, max=8, help="Sockets of each user.")] = 2,
        seconds: Annotated[float, typer.Option(min=0.1, help="How long to make load.")] = 20,
        events: Annotated[int | None, typer.Option(min=1, help="Stop earlier, after so many events.")] = None,
        pace: Pace = 40,
        runs: Runs = 0.5,
        cuts: Annotated[
            float, typer.Option(min=0, help="Mean seconds between two cuts of a socket; 0 for none.")
        ] = 1,
        kills: Annotated[
            float, typer.Option(min=0, help="Without --url: kill -9 a server every so many seconds.")
        ] = 0,
        no_gaps: Annotated[
            bool, typer.Option("--no-gaps", help="A gap is a fault too, as for a log that keeps everything.")
        ] = False,
        url: Url = None,
        user: User = None,
        password_stdin: PasswordStdin = False,
        replicas: Replicas = 1,
        database_url: DatabaseUrl = None,
        redis_url: RedisUrl = None,
        drop_wakeups: Percent = 0,
        repeat_appends: Percent = 0,
        set_: Set = None,
        as_json: AsJson = False,
    ) -> None:
        """Cut sockets and kill servers under load, and prove that no event was lost, doubled or misplaced."""
        from adapters.bench.plan import Plan
        from adapters.cli.bench_wish import Wish
        from adapters.cli.benching import measure

        plan = Plan(
            users,
            sockets,
            seconds,
            events,
            pace,
            runs,
            cuts or None,
            kills or None,
            gaps=not no_gaps,
            dropped_wakeups=drop_wakeups,
            repeated_appends=repeat_appends,
        )
        named = {"database.url": database_url, "redis.url": redis_url}
        wish = Wish(
            plan, tuple(url or ()), tuple(user or ()), password_stdin, replicas, tuple(set_ or ()), named
        )
        raise typer.Exit(measure(bootstrap, wish, as_json=as_json))

    @bench.command()
    def throughput(
        users: Annotated[int, typer.Option(min=1, help="How many users, without --url.")] = 100,
        seconds: Annotated[float, typer.Option(min=0.1, help="How long to make load.")] = 30,
        pace: Pace = 20,
        runs: Runs = 0.1,
        url: Url = None,
        user: User = None,
        password_stdin: PasswordStdin = False,
        replicas: Replicas = 1,
        database_url: DatabaseUrl = None,
        redis_url: RedisUrl = None,
        set_: Set = None,
        as_json: AsJson = False,
    ) -> None:
        """Measure events per second and how long they take, with one undisturbed socket for each user."""
        from adapters.bench.plan import Plan
        from adapters.cli.bench_wish import Wish
        from adapters.cli.benching import measure

        plan = Plan(users, 1, seconds, None, pace, runs, None, None)
        named = {"database.url": database_url, "redis.url": redis_url}
        wish = Wish(
            plan, tuple(url or ()), tuple(user or ()), password_stdin, replicas, tuple(set_ or ()), named
        )
        raise typer.Exit(measure(bootstrap, wish, as_json=as_json))
