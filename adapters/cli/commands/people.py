"""`user`: accounts, beside the running server."""

from enum import StrEnum
from typing import Annotated

import typer

from adapters.cli.application import Bootstrap
from adapters.cli.commands.options import AsJson, Config, Data

PasswordStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]


class Role(StrEnum):
    """What an account may be."""

    USER = "user"
    ADMIN = "admin"


def add(app: typer.Typer, bootstrap: Bootstrap) -> None:
    """Register the group."""
    user = typer.Typer(help="Make, list and change accounts.", no_args_is_help=True)
    app.add_typer(user, name="user")

    @user.command()
    def create(
        name: str,
        password_stdin: PasswordStdin = False,
        role: Annotated[
            list[Role] | None, typer.Option(help="What the account may be [default: user].")
        ] = None,
        as_json: AsJson = False,
        data: Data = None,
        config: Config = None,
    ) -> None:
        """Make an account; works beside a running server."""
        from adapters.cli.people import create_user

        roles = frozenset({"user", *(each.value for each in role or ())})
        create_user(bootstrap, config, data, name, roles, password_stdin=password_stdin, as_json=as_json)

    @user.command("list")
    def list_(as_json: AsJson = False, data: Data = None, config: Config = None) -> None:
        """List the accounts."""
        from adapters.cli.people import list_users

        list_users(bootstrap, config, data, as_json=as_json)

    _add_changes(user, bootstrap)


def _add_changes(user: typer.Typer, bootstrap: Bootstrap) -> None:
    @user.command()
    def password(
        name: str, password_stdin: PasswordStdin = False, data: Data = None, config: Config = None
    ) -> None:
        """Set a new password; every session of the account ends."""
        from adapters.cli.people import change_password

        change_password(bootstrap, config, data, name, password_stdin=password_stdin)

    @user.command()
    def disable(name: str, data: Data = None, config: Config = None) -> None:
        """Let nobody log in to the account any more; its sessions end."""
        from adapters.cli.people import disable_user

        disable_user(bootstrap, config, data, name)

    @user.command()
    def enable(name: str, data: Data = None, config: Config = None) -> None:
        """Let the owner of a disabled account log in again."""
        from adapters.cli.people import enable_user

        enable_user(bootstrap, config, data, name)
