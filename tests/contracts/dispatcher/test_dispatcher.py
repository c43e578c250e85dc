"""What every dispatcher promises, whoever made it and in whatever form its tools were handed over."""

from contextlib import AsyncExitStack

import pytest

from containers.bootstrap import Application
from services.context import UserExecutionContext
from services.errors import DispatcherClosed, PermissionDenied, TooMuch
from services.ports.events import AgentWebSocketBridge
from services.tools import tool
from services.tools.dispatcher import RequestScopedToolDispatcher
from tests.contracts.dispatcher.conftest import Contexts, events_of
from tests.contracts.dispatcher.forms import FORMS, add, broken
from tests.contracts.dispatcher.ways import ADMIN, Way

METRICS = {
    "tools_executed", "successful_executions", "failed_executions", "total_execution_time_ms",
    "avg_execution_time_ms", "success_rate", "last_execution_time", "websocket_events_sent",
    "permission_checks", "permission_denials", "security_violations", "total_tools_registered", "created_at",
    "uptime_seconds", "user_id", "run_id", "context_id", "dispatcher_id", "has_websocket_support",
    "is_active",
}  # fmt: skip


@tool(admin=True)
async def wipe() -> str:
    """Dangerous."""
    return "wiped"


async def whose(context: UserExecutionContext, state: str = "") -> dict[str, str]:
    """Tell whom the call is for, and the state it was given."""
    return {"user": context.user_id, "run": context.run_id, "state": state}


@pytest.mark.parametrize("form", FORMS)
async def test_a_tool_of_any_form_runs_and_is_told_of(
    application: Application, way: Way, context: UserExecutionContext, form: str
) -> None:
    async with way(application, context, [FORMS[form]]) as dispatcher:
        assert type(dispatcher) is RequestScopedToolDispatcher
        assert dispatcher.has_tool("add")
        result = await dispatcher.execute_tool("add", {"a": 2, "b": 3})
        assert (result.success, int(result.result), result.error) == (True, 5, None)
        wrong = await dispatcher.execute_tool("add", {"a": "much", "b": 3})
        assert wrong.error is not None
        assert (wrong.error.code, [each.field for each in wrong.error.details]) == (
            "invalid_arguments",
            ["a"],
        )
    assert await events_of(application, context) == ["tool_executing", "tool_completed"]


async def test_only_a_missing_permission_raises(
    application: Application, way: Way, way_name: str, context: UserExecutionContext
) -> None:
    async with way(application, context, [broken, wipe]) as dispatcher:
        failed = await dispatcher.execute_tool("broken", {"a": 1})
        unknown = await dispatcher.execute_tool("brokn")
        assert failed.error is not None
        assert unknown.error is not None
        assert (failed.success, failed.error.code, unknown.error.code) == (
            False, "tool_failed", "tool_not_found"
        )  # fmt: skip
        assert "canary" not in failed.error.message
        if way_name in ADMIN:
            assert (await dispatcher.execute_tool("wipe", require_permission_check=False)).result == "wiped"
            return
        with pytest.raises(PermissionDenied):
            await dispatcher.execute_tool("wipe")
        with pytest.raises(PermissionDenied):
            await dispatcher.execute_tool("broken", {"a": 1}, require_permission_check=False)
    assert await events_of(application, context) == ["tool_executing", "tool_completed"]


async def test_old_callers_get_old_forms(
    application: Application, way: Way, context: UserExecutionContext
) -> None:
    async with way(application, context, [whose]) as dispatcher:
        own = await dispatcher.dispatch_tool("whose", {}, state="s", run_id=context.run_id)
        theirs = await dispatcher.dispatch_tool("whose", {}, run_id="run-of-another")
        wrapped = await dispatcher.dispatch("whose")
        metrics = dispatcher.get_metrics()
    told = {"user": context.user_id, "run": context.run_id}
    assert own["success"]
    assert own["result"] == told | {"state": "s"}
    assert own["metadata"] == {"tool_name": "whose", "run_id": context.run_id}
    assert not theirs["success"]
    assert "not found" in theirs["error"]
    assert (wrapped.status, wrapped.payload["run"], wrapped.tool_input) == ("success", context.run_id, {})
    assert metrics.keys() == METRICS
    assert (metrics["tools_executed"], metrics["security_violations"]) == (2, 1)
    assert (metrics["user_id"], metrics["run_id"]) == (context.user_id, context.run_id)


async def test_tools_belong_to_their_dispatcher(
    application: Application, way: Way, contexts: Contexts
) -> None:
    async with (
        way(application, contexts(), [add]) as one,
        way(application, contexts(), [whose]) as other,
    ):
        one.register_tool("my-own.tool_1", broken, "Fail.")
        assert one.has_tool("my-own.tool_1")
        assert not other.has_tool("my-own.tool_1")
        with pytest.raises(ValueError, match="already registered"):
            one.register_tool(add)
        assert "add" in one.get_available_tools()
        assert one.tools.keys() == set(one.get_available_tools())
        assert one.dispatcher_id != other.dispatcher_id  # type: ignore[attr-defined]


async def test_after_cleanup_everything_raises_and_cleanup_does_not(
    application: Application, way: Way, context: UserExecutionContext
) -> None:
    async with way(application, context, [add]) as dispatcher:
        assert isinstance(dispatcher.websocket_bridge, AgentWebSocketBridge)
        assert dispatcher.has_websocket_support is False
        await dispatcher.cleanup()
        await dispatcher.cleanup()
        for call in (dispatcher.get_available_tools, dispatcher.get_metrics):
            with pytest.raises(DispatcherClosed, match=dispatcher.dispatcher_id):  # type: ignore[attr-defined]
                call()
        with pytest.raises(RuntimeError):
            await dispatcher.execute_tool("add", {"a": 1, "b": 2})


async def test_one_too_many_closes_an_idle_one_or_waits_and_is_refused(
    application: Application, way: Way, contexts: Contexts
) -> None:
    async with AsyncExitStack() as stack:
        held = [
            await stack.enter_async_context(application.dispatcher_factory.create_scoped(contexts()))
            for _ in range(2)
        ]
        idle = await application.dispatcher_factory.create_for_request(contexts())
        async with way(application, contexts(), [add]) as dispatcher:
            assert (await dispatcher.execute_tool("add", {"a": 1, "b": 2})).success
        with pytest.raises(DispatcherClosed):
            idle.has_tool("add")
        held.append(await stack.enter_async_context(application.dispatcher_factory.create_scoped(contexts())))
        with pytest.raises(TooMuch) as refused:
            async with way(application, contexts(), [add]) as dispatcher:
                await dispatcher.execute_tool("add", {"a": 1, "b": 2})
        assert (refused.value.code, refused.value.retry_after_s) == ("too_many_calls", 0.05)
        assert all(one.has_tool("calculate") for one in held)


async def test_what_is_no_tool_is_refused_by_name(
    application: Application, way: Way, contexts: Contexts
) -> None:
    for thing, name in ((42, "int"), ("add", "str"), (RequestScopedToolDispatcher, "RequestScoped")):
        with pytest.raises(ValueError, match=name):
            async with way(application, contexts(), [thing]):
                pass
