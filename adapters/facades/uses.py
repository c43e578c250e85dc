"""What using an old name does beside its work: it is counted, warned of once, or refused.

The switches decide at every use: ``legacy.mode`` for all, ``legacy.forbid_percent`` for a stable share of the
users. Who was refused at 10 percent is refused at 20 too.
"""

import hashlib
import warnings

from adapters.facades.installation import INSTALLATION, FacedApplication
from adapters.facades.sites import call_site
from services.errors import LegacyForbidden
from services.ports.events import AgentWebSocketBridge
from services.ports.old_uses import CallSite
from services.switches import Switches

SHARES = 100


def used(old_name: str, instead: str, user_context: object = None, events: object = None) -> FacedApplication:
    """Count this use and return the application that does the work.

    Warns once per call site with the caller's line, and once more where ``events``, an old way for events, is
    not ours: it is never used. Raises ``WiringError`` before ``install`` and ``LegacyForbidden``.
    """
    application = INSTALLATION.application(old_name)
    site = call_site(old_name)
    forbidden = _forbidden(application.switches, getattr(user_context, "user_id", None))
    first = application.old_uses.count(site, refused=forbidden is not None)
    if forbidden is not None:
        raise LegacyForbidden(old_name, forbidden, instead, _place(site))
    warns = application.switches.value("legacy.mode") == "warn"
    if first and warns:
        _warn(site, f"is an old name: use {instead}")
    if not (events is None or isinstance(events, AgentWebSocketBridge)):
        argument = site._replace(old_name=f"{old_name}: {type(events).__name__} for events")
        if application.old_uses.count(argument) and warns:
            _warn(argument, "is not used: events take the application's one bridge, so leave it out")
    return application


def refused(old_name: str, instead: str) -> LegacyForbidden:
    """Return the error of a name that never had a user, counted where an application is installed."""
    site = call_site(old_name)
    if INSTALLATION.installed is not None:
        INSTALLATION.installed.old_uses.count(site, refused=True)
    return LegacyForbidden(old_name, "had no user to work for and is refused", instead, _place(site))


def share_of(user_id: str) -> int:
    """Return which of a hundred equal shares of users this one belongs to, 0 to 99; always the same."""
    return int.from_bytes(hashlib.sha256(user_id.encode("utf-8", "surrogatepass")).digest()[:8]) % SHARES


def _forbidden(switches: Switches, user_id: object) -> str | None:
    if switches.value("legacy.mode") == "forbid":
        return "is forbidden (switch legacy.mode)"
    if isinstance(user_id, str) and share_of(user_id) < switches.number("legacy.forbid_percent"):
        return "is forbidden for this user (switch legacy.forbid_percent)"
    return None


def _warn(site: CallSite, what: str) -> None:
    text = f"{site.old_name} {what} ({_place(site)})"
    warnings.warn_explicit(text, DeprecationWarning, site.file, site.line)


def _place(site: CallSite) -> str:
    return f"{site.file}:{site.line}"
