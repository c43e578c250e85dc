"""`user`: what it does and prints."""

import getpass
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from adapters.cli.application import ApplicationView, Bootstrap
from adapters.cli.building import with_application
from adapters.cli.refusals import Stop
from adapters.cli.terminal import inert, json_text, say
from services.identity.accounts import Accounts
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


def change_password(
    bootstrap: Bootstrap, config: Path | None, data: Path | None, name: str, *, password_stdin: bool
) -> None:
    """Set a password; raises ``NotFound`` and ``InvalidInput``."""
    password = _password(name, from_stdin=password_stdin)

    async def change(accounts: Accounts, user: User) -> None:
        await accounts.change_password(user, password)

    user = _changed(bootstrap, config, data, name, change)
    say(inert(f"{user.name} has a new password; all sessions of the account have ended."))


def disable_user(bootstrap: Bootstrap, config: Path | None, data: Path | None, name: str) -> None:
    """Disable an account; raises ``NotFound``."""
    user = _changed(bootstrap, config, data, name, lambda accounts, user: accounts.disable(user))
    say(inert(f"{user.name} is disabled; all sessions of the account have ended."))


def enable_user(bootstrap: Bootstrap, config: Path | None, data: Path | None, name: str) -> None:
    """Enable an account; raises ``NotFound``."""
    user = _changed(bootstrap, config, data, name, lambda accounts, user: accounts.enable(user))
    say(inert(f"{user.name} may log in again."))


def _changed(
    bootstrap: Bootstrap,
    config: Path | None,
    data: Path | None,
    name: str,
    change: Callable[[Accounts, User], Awaitable[None]],
) -> User:
    async def work(application: ApplicationView) -> User:
        user = await application.accounts.named(name)
        await change(application.accounts, user)
        return user

    return with_application(bootstrap, config, data, work)


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
