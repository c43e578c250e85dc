"""Who is an administrator for an old caller: in doubt nobody."""

from types import SimpleNamespace
from typing import Any

import pytest

from adapters import legacy
from containers.bootstrap import Application
from services.errors import PermissionDenied
from services.tools import tool
from tests.adapters.facades.conftest import context


@tool(admin=True)
async def wipe(context: legacy.UserExecutionContext) -> str:
    """Dangerous."""
    return f"wiped by {context.user_id} in {context.db_session}"


class Says:
    """A permission service."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def is_admin(self, user: Any) -> Any:
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


async def yes() -> bool:
    return True


@pytest.fixture(autouse=True)
async def allowed(installed: Application) -> None:
    await installed.switches.change("legacy.mode", "allow", "test")


def create(user: Any, service: Any = None, roles: frozenset[str] = frozenset(), db: Any = None) -> Any:
    ann = context(roles=roles)
    return legacy.UnifiedToolDispatcherFactory.create_for_admin(ann, db, user, permission_service=service)


@pytest.mark.parametrize(
    ("user", "service"),
    [
        ({"id": "ann", "role": "admin"}, None),
        ({"id": "ann", "roles": ["user", "admin"]}, None),
        (SimpleNamespace(user_id="ann", is_admin=True), None),
        (SimpleNamespace(id="ann", is_superuser=True), None),
        ({"id": "ann"}, Says(True)),
    ],
)
async def test_the_record_or_the_service_may_say_so(user: Any, service: Any) -> None:
    dispatcher = await create(user, service, db="session")
    dispatcher.register_tool(wipe)
    assert (await dispatcher.execute_tool("wipe")).result == "wiped by ann in session"
    await dispatcher.cleanup()


async def test_the_contexts_own_role_is_enough() -> None:
    assert "admin" in create({"id": "ann"}, roles=frozenset({"admin"})).context.roles


@pytest.mark.parametrize(
    ("user", "service"),
    [
        ({"id": "ann"}, None),
        ({"id": "ann", "is_admin": "yes", "roles": "administrators"}, None),
        ({"id": "eve", "role": "admin"}, Says(True)),
        ({"role": "admin"}, None),
        ({"id": "ann"}, Says(False)),
        ({"id": "ann"}, Says("yes")),
        ({"id": "ann"}, Says(ConnectionError("away"))),
        ({"id": "ann"}, Says(yes())),
        ({"id": "ann"}, object()),
    ],
)
async def test_in_doubt_it_is_a_no(user: Any, service: Any) -> None:
    with pytest.raises(PermissionDenied):
        create(user, service)


async def test_an_admin_dispatcher_is_for_somebody_in_particular() -> None:
    with pytest.raises(ValueError, match="user must be"):
        _ = create(None)
    nobody: Any = None
    with pytest.raises(ValueError, match="user_context must be"):
        _ = legacy.UnifiedToolDispatcherFactory.create_for_admin(nobody, None, {"id": "ann"})


async def test_admin_tools_are_only_for_admins() -> None:
    with pytest.raises(PermissionDenied):
        _ = await legacy.UnifiedToolDispatcher.create_for_user(context(), enable_admin_tools=True)
