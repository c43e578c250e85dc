"""Is this user an administrator? The context says so, or the user's record, or the permission service; in
doubt no.
"""

import inspect
from collections.abc import Collection, Mapping
from typing import Any

import structlog

from services.context import UserExecutionContext
from services.errors import PermissionDenied
from services.tools.policy import ADMIN

log = structlog.get_logger(__name__)


def as_admin(context: UserExecutionContext, user: object, permission_service: object) -> UserExecutionContext:
    """Return the context with the role ``admin``; raises ``PermissionDenied`` where nothing speaks for it.

    A record of another user speaks for nobody.
    """
    if ADMIN in context.roles:
        return context
    if _is_of(user, context.user_id) and (_record_says(user) or _service_says(permission_service, user)):
        return context.with_roles(context.roles | {ADMIN})
    raise PermissionDenied(
        "an admin dispatcher is for administrators: neither role, record nor service says so"
    )


def _is_of(user: object, user_id: str) -> bool:
    given = _field(user, "id", _field(user, "user_id", None))
    return given is not None and str(given) == user_id


def _record_says(user: object) -> bool:
    roles = _field(user, "roles", ())
    listed = isinstance(roles, Collection) and not isinstance(roles, str) and ADMIN in roles
    flagged = any(_field(user, name, False) is True for name in ("is_admin", "is_superuser"))
    return listed or flagged or _field(user, "role", None) == ADMIN


def _service_says(service: Any, user: object) -> bool:
    if service is None:
        return False
    try:
        answer = service.is_admin(user)
    except Exception as error:  # noqa: BLE001 - a failing service means no, whatever it fails with
        log.warning("permission_service_failed", error=type(error).__name__)
        return False
    if inspect.iscoroutine(answer):
        answer.close()
        log.warning("permission_service_failed", error="is_admin must not be async here")
        return False
    return answer is True


def _field(record: object, name: str, default: object) -> Any:
    return record.get(name, default) if isinstance(record, Mapping) else getattr(record, name, default)
