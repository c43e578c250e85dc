"""What using an old name does beside its work."""

# mypy: disable-error-code="unused-awaitable"
# Old names are called here for what they do beside that.

import _thread
import inspect
import threading
import warnings
from collections.abc import Sequence

import anyio
import anyio.lowlevel
import pytest

from adapters import legacy
from adapters.facades.uses import share_of
from containers.bootstrap import Application, bootstrap
from services.errors import AuthenticationError, LegacyForbidden, WiringError
from services.ports.old_uses import OldUse
from tests.adapters.facades.conftest import context
from tests.contracts.dispatcher.ways import ADMIN, OLD

OLD_WAYS = OLD | {name: way for name, way in ADMIN.items() if not name.startswith("factory")}
NAME = "UnifiedToolDispatcherFactory.create_for_request"
create = legacy.UnifiedToolDispatcherFactory.create_for_request


def line() -> int:
    frame = inspect.currentframe()
    assert frame is not None
    assert frame.f_back is not None
    return frame.f_back.f_lineno


async def counted(application: Application, old_name: str) -> Sequence[OldUse]:
    await application.old_uses.store()
    return [use for use in await application.old_use_store.uses() if use.site.old_name == old_name]


@pytest.mark.parametrize("name", OLD_WAYS)
async def test_each_old_name_warns_once_with_the_callers_line_and_is_counted(
    installed: Application, name: str
) -> None:
    ann, way = context(roles=frozenset({"admin"})), OLD_WAYS[name]
    with warnings.catch_warnings(record=True, action="always") as caught:
        for _ in range(2):
            async with way(installed, ann, None) as dispatcher:
                assert dispatcher.has_tool("calculate")
    [warning] = caught
    old_name = name.split(" ", maxsplit=1)[0]
    assert warning.category is DeprecationWarning
    assert str(warning.message).startswith(
        f"{old_name} is an old name: use RequestScopedToolDispatcherFactory."
    )
    assert warning.filename.endswith("tests/contracts/dispatcher/ways.py")
    [use] = [use for use in await counted(installed, old_name) if use.site.line == warning.lineno]
    assert (use.site.file, use.uses, use.refused) == (warning.filename, 2, 0)


@pytest.mark.parametrize("name", ["get_factory_metrics", "validate_factory_health"])
async def test_old_figures_are_those_of_the_one_factory(installed: Application, name: str) -> None:
    with pytest.warns(DeprecationWarning, match=name):
        old = getattr(legacy.ToolExecutorFactory, name)()
    assert old["factory_id"] == installed.dispatcher_factory.factory_id


async def test_each_line_warns_for_itself_and_is_told_apart(installed: Application) -> None:
    with warnings.catch_warnings(record=True, action="always") as caught:
        _, first = [create(context()) for _ in range(3)], line()
        _, second = create(context()), line()
    assert [(warning.filename, warning.lineno) for warning in caught] == [
        (__file__, first),
        (__file__, second),
    ]
    uses = {use.site.line: use for use in await counted(installed, NAME)}
    assert (uses[first].uses, uses[second].uses) == (3, 1)
    assert uses[second].site.function.endswith("is_told_apart")


async def test_a_call_that_runs_in_a_task_is_found_where_it_was_made(installed: Application) -> None:
    with warnings.catch_warnings(record=True, action="always") as caught:
        call, here = legacy.UnifiedToolDispatcher.create_for_user(context()), line()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(lambda: call)
    assert [warning.lineno for warning in caught] == [here]


async def test_a_foreign_bridge_is_never_used_and_warned_of_once(installed: Application) -> None:
    bridge = installed.dispatcher_factory.create_unopened(context()).websocket_bridge
    with warnings.catch_warnings(record=True, action="always") as caught:
        for given in (object(), object(), bridge, None):
            dispatcher = create(context(), websocket_manager=given)
            assert dispatcher.websocket_bridge is not given
    assert ["not used" in str(warning.message) for warning in caught] == [False, True]


async def test_allow_counts_without_a_warning(installed: Application) -> None:
    await installed.switches.change("legacy.mode", "allow", "test")
    create(context("ben"), websocket_manager=object())
    here = line() - 1
    uses = await counted(installed, NAME)
    assert [use.uses for use in uses if use.site.line == here] == [1]


async def test_forbid_takes_effect_at_once_and_is_taken_back_at_once(installed: Application) -> None:
    await installed.switches.change("legacy.mode", "forbid", "test")
    with pytest.raises(LegacyForbidden) as refused:
        create(context())
    here = line() - 1
    assert refused.value.code == "legacy_forbidden"
    text = str(refused.value)
    assert text.startswith(f"UnifiedToolDispatcherFactory.create_for_request (used at {__file__}:{here})")
    assert text.endswith("(switch legacy.mode): use RequestScopedToolDispatcherFactory.create_for_request")
    [use] = [use for use in await counted(installed, NAME) if use.site.line == here]
    assert (use.uses, use.refused) == (1, 1)
    await installed.switches.change("legacy.mode", "allow", "test")
    assert create(context()).has_tool("calculate")


async def test_a_share_of_users_is_forbidden_and_stays_so_when_it_grows(
    installed: Application,
) -> None:
    await installed.switches.change("legacy.mode", "allow", "test")
    users = [f"user-{number}" for number in range(400)]
    before: set[str] = set()
    for percent in (0, 10, 50, 100):
        await installed.switches.change("legacy.forbid_percent", str(percent), "test")
        refused = {user for user in users if is_forbidden(user)}
        assert refused == {user for user in users if share_of(user) < percent}
        assert before <= refused
        assert abs(len(refused) - 4 * percent) <= 40
        before = refused


def test_a_share_is_the_same_in_every_process_and_version() -> None:
    assert [share_of(user) for user in ("ann", "ben", "\ud800")] == [70, 94, 72]


def is_forbidden(user: str) -> bool:
    try:
        create(context(user))
    except LegacyForbidden:
        return True
    return False


async def test_switching_while_calls_run_refuses_new_dispatchers_alone(
    installed: Application,
) -> None:
    await installed.switches.change("legacy.mode", "allow", "test")
    waiting, going_on, ended = 0, anyio.Event(), 0

    async def wait() -> str:
        """Wait for the test."""
        nonlocal waiting
        waiting += 1
        await going_on.wait()
        return "done"

    async def one(number: int) -> None:
        nonlocal ended
        async with legacy.request_scoped_tool_dispatcher_scope(context(f"u-{number}"), [wait]) as dispatcher:
            assert (await dispatcher.execute_tool("wait")).result == "done"
            assert (await dispatcher.execute_tool("wait")).result == "done"
            ended += 1

    with anyio.fail_after(20):
        async with anyio.create_task_group() as tasks:
            for number in range(20):
                tasks.start_soon(one, number)
            while waiting < 20:
                await anyio.lowlevel.checkpoint()
            await installed.switches.change("legacy.mode", "forbid", "test")
            with pytest.raises(LegacyForbidden):
                legacy.request_scoped_tool_dispatcher_scope(context())
            going_on.set()
    assert ended == 20


async def test_a_switch_set_by_another_process_counts_here_without_a_restart(installed: Application) -> None:
    await installed.switches.change("legacy.mode", "allow", "test")
    async with bootstrap(installed.settings) as other:
        for mode, forbids in (("forbid", True), ("allow", False)):
            await other.switches.change("legacy.mode", mode, "an operator")
            with anyio.fail_after(20):
                while is_forbidden("ann") is not forbids:
                    await anyio.sleep(0.02)


async def test_any_thread_may_use_an_old_name_and_no_use_is_lost(installed: Application) -> None:
    await installed.switches.change("legacy.mode", "allow", "test")
    users = [context(f"thread-{number}") for number in range(8)]

    def some(user: legacy.UserExecutionContext) -> None:
        for _ in range(50):
            create(user)

    threads = [threading.Thread(target=some, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        await installed.old_uses.store()
    uses = await counted(installed, NAME)
    assert [use.uses for use in uses if use.site.function.endswith("some")] == [400]


async def test_a_use_that_no_line_of_code_makes_is_counted_as_unknown(installed: Application) -> None:
    await installed.switches.change("legacy.mode", "allow", "test")
    _thread.start_new_thread(create, (context(),))
    with anyio.fail_after(10):
        while "unknown" not in {use.site.file for use in await counted(installed, NAME)}:
            await anyio.sleep(0.005)


async def test_before_and_after_installing_old_names_say_what_is_missing(application: Application) -> None:
    for _ in range(2):
        with pytest.raises(WiringError, match=r"create_for_request reaches no application yet.*install"):
            create(context())
        legacy.install(application)
        with pytest.raises(WiringError, match="installed already"):
            legacy.install(application)
        legacy.uninstall()
        legacy.uninstall()


async def test_who_has_no_context_learns_it_in_the_words_of_the_old_name(installed: Application) -> None:
    await installed.switches.change("legacy.mode", "allow", "test")
    nobody: legacy.UserExecutionContext = None  # type: ignore[assignment]
    with pytest.raises(AuthenticationError):
        await legacy.UnifiedToolDispatcher.create_for_user(nobody)
    with pytest.raises(AuthenticationError):
        legacy.UnifiedToolDispatcher.create_scoped(nobody)
    for make in (
        create,
        legacy.ToolDispatcher.create_request_scoped_dispatcher,
        legacy.ToolExecutorFactory.create_request_scoped_dispatcher,
        legacy.ToolExecutorFactory.create_tool_executor,
        legacy.create_agent_websocket_bridge,
        legacy.create_user_emitter,
    ):
        with pytest.raises(ValueError, match="user_context must be"):
            make(nobody)
    with pytest.raises(ValueError, match="user_context must be"):
        await legacy.create_request_scoped_tool_dispatcher(nobody)
    for scope in (
        legacy.ToolDispatcher.create_scoped_dispatcher_context,
        legacy.ToolExecutorFactory.create_scoped_dispatcher,
        legacy.request_scoped_tool_dispatcher_scope,
    ):
        with pytest.raises(ValueError, match="user_context must be"):
            async with scope(nobody):
                pass


@pytest.mark.parametrize(
    "old",
    [
        legacy.UnifiedToolDispatcher,
        legacy.UnifiedToolDispatcherFactory,
        legacy.ToolDispatcher,
        legacy.ToolExecutorFactory,
    ],
)
def test_old_classes_are_not_constructed_and_say_what_to_ask(old: type) -> None:
    with pytest.raises(RuntimeError, match=r"user isolation.*RequestScopedToolDispatcherFactory"):
        old(object())


async def test_old_classes_still_know_their_objects(installed: Application) -> None:
    await installed.switches.change("legacy.mode", "allow", "test")
    dispatcher = create(context())
    assert isinstance(dispatcher, legacy.UnifiedToolDispatcher)
    assert isinstance(dispatcher, legacy.ToolDispatcher)
    assert not isinstance(object(), legacy.ToolDispatcher)
