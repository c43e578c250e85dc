"""Users for `bench`: made anew for servers of its own, or named, with passwords from outside."""

import getpass
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path

import anyio

from adapters.cli.application import Bootstrap
from adapters.cli.bench_wish import Wish
from adapters.cli.quiet import quiet
from adapters.cli.refusals import Stop
from adapters.cli.terminal import screen
from config.reading import read_settings

AT_ONCE = 4


async def make_accounts(
    bootstrap: Bootstrap, data: Path, settings: Mapping[str, str], count: int
) -> dict[str, str]:
    """Make so many accounts where the servers will look for them; return their passwords by name."""
    group = secrets.token_hex(3)
    passwords = {f"bench-{group}-{number}": secrets.token_urlsafe(24) for number in range(1, count + 1)}
    # The database is always named here: one from the environment must not get a measurement's accounts.
    wanted = quiet(read_settings(data=data, database={"url": settings.get("database.url")}))
    limiter = anyio.CapacityLimiter(AT_ONCE)
    with screen().status(f"making {count} accounts"):
        async with bootstrap(wanted) as application, anyio.create_task_group() as tasks:

            async def make(name: str, password: str) -> None:
                async with limiter:
                    await application.accounts.create(name, password, frozenset({"user"}))

            for name, password in passwords.items():
                tasks.start_soon(make, name, password)
    return passwords


def typed_passwords(wish: Wish) -> dict[str, str]:
    """Return the password of each named user; a single line counts for all."""
    if wish.password_stdin:
        lines = [line for line in sys.stdin.read().splitlines() if line]
        if len(lines) == 1:
            lines *= len(wish.names)
        if len(lines) != len(wish.names):
            raise Stop(
                f"--password-stdin: {len(lines)} passwords for {len(wish.names)} users: give one for each"
            )
        return dict(zip(wish.names, lines, strict=True))
    if not sys.stdin.isatty():
        raise Stop("no terminal to ask for the passwords: use --password-stdin")
    return {
        name: getpass.getpass(f"Password of {name}: ", stream=sys.stderr)  # one after the other
        for name in wish.names
    }
