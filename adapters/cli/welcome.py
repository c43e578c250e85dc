"""What `serve` prints below its ready line: the way in for those without a password. It is never logged."""

import secrets

from adapters.cli.application import ApplicationView
from adapters.cli.refusals import Stop
from adapters.web.addresses import is_loopback
from services.ports.identity import User

DEMO = "demo"
ADMINISTRATOR = frozenset({"user", "admin"})
LINK_SECONDS = 600
SETUP_SECONDS = 3600


def refuse_demo_elsewhere(host: str) -> None:
    """Raise ``Stop`` where others could reach the demo: whoever follows its link is an admin."""
    if not is_loopback(host):
        raise Stop(
            f"--demo logs in an admin without a password, so not on {host}: leave out --demo or --host"
        )


async def way_in(application: ApplicationView, url: str, *, demo: bool) -> list[str]:
    """Return the lines to print; each holds a code that works once."""
    codes = application.codes
    if demo:
        user = await _demo_user(application)
        return [_link(url, await codes.issue("login", user.id, LINK_SECONDS))]
    if await application.accounts.count() == 0:
        return [_first(url, await codes.issue("setup", "first admin", SETUP_SECONDS))]
    return []


def _link(url: str, code: str) -> str:
    return f"Log in as {DEMO} (works once, for 10 minutes): {url}/auth/link?code={code}"


def _first(url: str, code: str) -> str:
    return f"There is no account yet. Make the first admin at {url} with this code (works once): {code}"


async def _demo_user(application: ApplicationView) -> User:
    for user in await application.accounts.users():
        if user.name == DEMO:
            return user
    # Nobody ever learns this password: the account is entered by link only.
    return await application.accounts.create(DEMO, secrets.token_urlsafe(32), ADMINISTRATOR)
