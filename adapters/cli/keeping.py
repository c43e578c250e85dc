"""`user` and `graph`: what they do and print."""

import getpass
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from adapters.cli.application import ApplicationView, Bootstrap, GraphFormat
from adapters.cli.building import with_application
from adapters.cli.refusals import Stop
from adapters.cli.terminal import inert, json_text, say
from services.ports.identity import User


def create_user(
    bootstrap: Bootstrap,
    config: Path | None,
    data: Path | None,
    name: str,
    roles: frozenset[str],
    *,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Make an account; raises ``InvalidInput`` naming the field, or ``Conflict`` when the name is taken."""
    password = _password(name, from_stdin=password_stdin)
    user = with_application(
        bootstrap, config, data, lambda application: application.accounts.create(name, password, roles)
    )
    said = f"Made {user.name} ({', '.join(sorted(user.roles))})."
    say(json_text(_user(user)) if as_json else inert(said))


def list_users(bootstrap: Bootstrap, config: Path | None, data: Path | None, *, as_json: bool) -> None:
    """Print every account by name."""
    users = with_application(bootstrap, config, data, _users)
    if as_json:
        say(json_text([_user(user) for user in users]))
        return
    for user in users:
        say(inert(f"{user.name}  {', '.join(sorted(user.roles))}{'  disabled' if user.disabled else ''}"))


def print_graph(bootstrap: Bootstrap, config: Path | None, data: Path | None, format_: GraphFormat) -> None:
    """Print the object graph."""

    async def drawn(application: ApplicationView) -> str:
        return application.graph(format_)

    say(with_application(bootstrap, config, data, drawn).rstrip("\n"))


async def _users(application: ApplicationView) -> Sequence[User]:
    return await application.accounts.users()


def _user(user: User) -> dict[str, Any]:
    return {"id": user.id, "name": user.name, "roles": sorted(user.roles), "disabled": user.disabled}


def _password(name: str, *, from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise Stop("no terminal to ask for the password: use --password-stdin")
    password = getpass.getpass(f"Password for {name}: ", stream=sys.stderr)
    if password != getpass.getpass("Again: ", stream=sys.stderr):
        raise Stop("the two passwords differ")
    return password
