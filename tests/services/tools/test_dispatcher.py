"""The one door: what a call does, in every way it can end."""

import time
from itertools import pairwise

import anyio
import pytest

from services.context import UserExecutionContext
from services.errors import DispatcherClosed, PermissionDenied
from services.tools import Progress, ToolDefinitionError, ToolFailed, tool, tool_from_function
from services.tools.bounding import ResultBounds
from services.tools.limits import CallBounds
from tests.grammar_reading import faults


async def add(a: int, b: int = 1) -> int:
    """Add two numbers."""
    return a + b


def slow_square(n: int) -> int:
    """Square a number in a thread."""
    return n * n


@tool(admin=True)
async def wipe() -> str:
    """Dangerous."""
    return "wiped"


async def test_a_call_returns_its_result_and_sends_one_event_before_and_one_after(assembled):
    bench = await assembled(add)
    result = await bench.dispatcher().execute_tool("add", {"a": 2, "b": 3})
    assert (result.success, result.result, result.error) == (True, 5, None)
    events = await bench.events()
    assert [e["type"] for e in events] == ["tool_executing", "tool_completed"]
    assert {e["payload"]["call_id"] for e in events} == {result.call_id}
    assert events[0]["agent_name"] == "direct"
    assert faults(events, ended=False) == []


async def test_a_synchronous_tool_runs_in_a_thread_and_gives_it_back(assembled):
    bench = await assembled(slow_square)
    result = await bench.dispatcher().execute_tool("slow_square", {"n": 7})
    assert result.result == 49
    assert (bench.threads.busy, bench.threads.overrunning) == (0, 0)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [({}, "a"), ({"a": "x"}, "a"), ({"a": 1, "c": 2}, "c"), ("no mapping", "arguments")],
)
async def test_wrong_arguments_name_the_field_and_start_nothing(assembled, arguments, field):
    bench = await assembled(add)
    result = await bench.dispatcher().execute_tool("add", arguments)
    assert result.error.code == "invalid_arguments"
    assert [d.field for d in result.error.details] == [field]
    assert await bench.events() == []


async def test_an_unknown_tool_names_near_ones_and_hides_forbidden_ones(assembled):
    bench = await assembled(add, wipe)
    result = await bench.dispatcher().execute_tool("ad", {})
    assert result.error.code == "tool_not_found"
    assert "add" in result.error.message
    assert "wipe" not in (await bench.dispatcher().execute_tool("wip", {})).error.message


async def test_an_admin_tool_raises_for_everybody_else_and_starts_nothing(assembled):
    bench = await assembled(wipe)
    with pytest.raises(PermissionDenied):
        await bench.dispatcher().execute_tool("wipe")
    assert await bench.events() == []
    assert (await bench.dispatcher(roles={"admin"}, run="run-2").execute_tool("wipe")).result == "wiped"


async def test_only_an_admin_may_leave_the_permission_check_out(assembled):
    bench = await assembled(add)
    dispatcher = bench.dispatcher()
    with pytest.raises(PermissionDenied):
        await dispatcher.execute_tool("add", {"a": 1}, require_permission_check=False)
    assert dispatcher.get_metrics()["security_violations"] == 1
    admin = bench.dispatcher(roles={"admin"}, run="run-2")
    assert (await admin.execute_tool("add", {"a": 1}, require_permission_check=False)).success


async def test_closed_unlisted_tools_are_refused(assembled):
    bench = await assembled(add, open_unlisted=False)
    with pytest.raises(PermissionDenied, match="open_unlisted"):
        await bench.dispatcher().execute_tool("add", {"a": 1})


async def test_a_tool_that_wants_approval_is_refused_while_nobody_can_approve(assembled):
    @tool(requires_approval=True)
    async def pay(amount: int) -> int:
        """Pay."""
        return amount

    bench = await assembled(pay)
    result = await bench.dispatcher().execute_tool("pay", {"amount": 1})
    assert result.error.code == "approval_denied"
    assert await bench.events() == []


async def test_words_a_tool_fails_with_reach_the_caller_other_exceptions_do_not(assembled):
    async def says(text: str) -> None:
        """Fail in words."""
        raise ToolFailed(text)

    async def leaks(text: str) -> None:
        """Fail without."""
        raise ValueError(text)

    bench = await assembled(says, leaks)
    dispatcher = bench.dispatcher()
    assert (await dispatcher.execute_tool("says", {"text": "no such city"})).error.message == "no such city"
    hidden = (await dispatcher.execute_tool("leaks", {"text": "canary"})).error
    assert hidden.code == "tool_failed"
    assert "canary" not in hidden.message


@pytest.mark.parametrize(
    ("raised", "code", "words"),
    [
        (TimeoutError("canary"), "tool_failed", "late failed: TimeoutError"),
        (PermissionDenied("not yours"), "permission_denied", "not yours"),
    ],
)
async def test_an_error_inside_a_tool_is_told_apart_from_the_doors_own(assembled, raised, code, words):
    async def late() -> None:
        """Fail before its time is up."""
        raise raised

    bench = await assembled(late)
    error = (await bench.dispatcher().execute_tool("late")).error
    assert (error.code, error.message) == (code, words)


async def test_a_tool_that_calls_another_door_with_wrong_arguments_says_which(assembled):
    async def asks_further() -> None:
        """Ask an inner tool for nonsense."""
        tool_from_function(add).validate({"a": "many"})

    bench = await assembled(asks_further)
    error = (await bench.dispatcher().execute_tool("asks_further")).error
    assert (error.code, [detail.field for detail in error.details]) == ("invalid_arguments", ["a"])


async def test_two_tools_of_one_name_are_refused_when_the_catalog_is_made(assembled):
    with pytest.raises(ToolDefinitionError, match="two tools have this name"):
        await assembled(add, add)


async def test_cancelling_a_call_cancels_the_tool_and_still_tells_its_end(assembled):
    ended = anyio.Event()

    async def waits() -> None:
        """Wait."""
        try:
            await anyio.sleep_forever()
        finally:
            ended.set()

    bench = await assembled(waits)
    dispatcher = bench.dispatcher()
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(dispatcher.execute_tool, "waits")
        while not await bench.events():
            await anyio.lowlevel.checkpoint()
        tasks.cancel_scope.cancel()
    await dispatcher.cleanup()
    assert ended.is_set()
    last = (await bench.events())[-1]
    assert last["type"] == "tool_completed"
    assert last["payload"]["error"]["code"] == "cancelled"
    assert bench.kept.records[last["payload"]["call_id"]].status == "cancelled"


async def test_progress_from_eight_threads_keeps_each_threads_order(assembled):
    async def crowd(progress: Progress) -> int:
        """Report from eight threads."""

        def thread(name: int) -> None:
            for step in range(25):
                progress.report(f"{name}", current_step=step)

        async with anyio.create_task_group() as tasks:
            for name in range(8):
                tasks.start_soon(anyio.to_thread.run_sync, thread, name)
        return 8

    bench = await assembled(crowd)
    assert (await bench.dispatcher().execute_tool("crowd")).result == 8
    events = await bench.events()
    assert [e["run_seq"] for e in events] == list(range(1, 203))
    assert [e["type"] for e in events[1:-1]] == ["progress_update"] * 200
    by_thread: dict[str, list[int]] = {str(n): [] for n in range(8)}
    for event in events[1:-1]:
        by_thread[event["payload"]["message"]].append(event["payload"]["progress_data"]["current_step"])
    assert all(steps == list(range(25)) for steps in by_thread.values())
    mixed = [event["payload"]["message"] for event in events[1:-1]]
    assert sum(a != b for a, b in pairwise(mixed)) > 8, "the threads did not interleave"


async def test_progress_after_the_end_does_nothing(assembled):
    kept = []

    async def keeps(progress: Progress) -> None:
        """Keep it."""
        kept.append(progress)
        progress.report("half", percentage=50)

    bench = await assembled(keeps)
    await bench.dispatcher().execute_tool("keeps")
    before = await bench.events()
    kept[0].report("late")
    await anyio.to_thread.run_sync(kept[0].report, "later")
    assert await bench.events() == before
    assert [e["type"] for e in before] == ["tool_executing", "progress_update", "tool_completed"]


async def test_a_tool_gets_the_context_and_state_it_asks_for_and_the_model_sees_neither(assembled):
    async def who(me: UserExecutionContext, state: dict[str, int], context: str) -> list[object]:
        """Tell."""
        return [me.user_id, state["n"], context]

    bench = await assembled(who)
    dispatcher = bench.dispatcher("user-9")
    assert list(dispatcher.schemas()[0].parameters["properties"]) == ["context"]
    result = await dispatcher.execute_tool("who", {"context": "mine"}, state={"n": 4})
    assert result.result == ["user-9", 4, "mine"]


async def test_a_large_result_is_cut_for_the_caller_and_whole_for_its_owner(assembled):
    async def long(n: int) -> str:
        """Long."""
        return "x" * n

    bench = await assembled(long, results=ResultBounds(1000, 100_000))
    result = await bench.dispatcher().execute_tool("long", {"n": 5000})
    assert result.success
    assert result.error.code == "result_too_large"
    assert len(result.result) == 1000
    assert len(bench.kept.records[result.call_id].result) == 5000


async def test_a_large_result_that_is_no_text_is_cut_to_the_beginning_of_its_json(assembled):
    async def many(n: int) -> list[int]:
        """Many."""
        return [7] * n

    bench = await assembled(many, results=ResultBounds(100, 200))
    result = await bench.dispatcher().execute_tool("many", {"n": 500})
    assert result.error.code == "result_too_large"
    assert result.result == {"truncated": True, "bytes": 1001, "head": "[" + "7," * 49 + "7"}


async def test_secrets_are_hidden_in_events_and_records_and_nothing_else_is_cut_in_records(assembled):
    async def login(password: str, note: str) -> dict[str, str]:
        """Log in."""
        return {"api_key": password, "note": note}

    bench = await assembled(login)
    result = await bench.dispatcher().execute_tool("login", {"password": "canary", "note": "n" * 900})
    assert result.result["api_key"] == "canary", "the caller gets what the tool gave"
    events = await bench.events()
    assert "canary" not in str(events)
    assert len(events[0]["payload"]["parameters"]["note"]) == 203
    record = bench.kept.records[result.call_id]
    assert "canary" not in str(record)
    assert record.arguments["note"] == "n" * 900


async def test_a_bridge_that_fails_changes_no_result(assembled):
    bench = await assembled(add)
    dispatcher = bench.dispatcher()

    async def broken(*_args, **_named):
        raise ConnectionError("gone")

    for name in ("notify_tool_executing", "notify_tool_completed"):
        setattr(dispatcher.websocket_bridge, name, broken)
    assert (await dispatcher.execute_tool("add", {"a": 1})).result == 2
    assert dispatcher.get_metrics()["websocket_events_sent"] == 0


async def test_limits_of_concurrent_calls_are_exact_and_a_refusal_says_when_to_come_back(assembled):
    running, peak, gate = 0, 0, anyio.Event()

    async def hold() -> None:
        """Hold."""
        nonlocal running, peak
        running += 1
        peak = max(peak, running)
        await gate.wait()
        running -= 1

    bench = await assembled(hold, bounds=CallBounds(per_user=3, total=5, per_minute=1000, wait=0.05))
    results = []

    async def call(user: str) -> None:
        dispatcher = bench.dispatcher(user, f"run-{user}")
        results.append(await dispatcher.execute_tool("hold"))

    async with anyio.create_task_group() as tasks:
        for user in ["u-a"] * 4 + ["u-b"] * 4:
            tasks.start_soon(call, user)
        while len(results) < 3:
            await anyio.sleep(0.01)
        gate.set()
    assert peak == 5
    refused = [r for r in results if not r.success]
    assert [r.error.code for r in refused] == ["too_many_calls"] * 3
    assert all(r.error.retry_after_s for r in refused)
    assert bench.limits.active == 0


async def test_who_stops_waiting_for_a_place_takes_none(assembled):
    gate, started = anyio.Event(), anyio.Event()

    async def hold() -> None:
        """Hold."""
        started.set()
        await gate.wait()

    bench = await assembled(hold, bounds=CallBounds(per_user=1, total=1, per_minute=1000, wait=60))
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(bench.dispatcher().execute_tool, "hold")
        await started.wait()
        async with anyio.create_task_group() as waiting:
            waiting.start_soon(bench.limits.acquire, "user-2")
            await anyio.wait_all_tasks_blocked()
            waiting.cancel_scope.cancel()
        assert (bench.limits.active, bench.limits.active_of("user-2")) == (1, 0)
        gate.set()
    assert bench.limits.active == 0


async def test_calls_a_minute_are_exact(assembled):
    bench = await assembled(add, bounds=CallBounds(per_user=9, total=9, per_minute=3, wait=0.05))
    dispatcher = bench.dispatcher()
    codes = [(await dispatcher.execute_tool("add", {"a": 1})).success for _ in range(4)]
    assert codes == [True, True, True, False]
    bench.clock.advance(61)
    assert (await dispatcher.execute_tool("add", {"a": 1})).success


async def test_after_cleanup_every_call_names_the_dispatcher(assembled):
    bench = await assembled(add)
    dispatcher = bench.dispatcher()
    await dispatcher.cleanup()
    await dispatcher.cleanup()
    for use in (dispatcher.get_metrics, dispatcher.get_available_tools, lambda: dispatcher.has_tool("add")):
        with pytest.raises(RuntimeError, match=dispatcher.dispatcher_id):
            use()
    with pytest.raises(DispatcherClosed):
        await dispatcher.execute_tool("add", {"a": 1})


async def test_metrics_are_exact_and_move(assembled):
    bench = await assembled(add)
    dispatcher = bench.dispatcher()
    await dispatcher.execute_tool("add", {"a": 1})
    await dispatcher.execute_tool("add", {"a": "x"})
    figures = dispatcher.get_metrics()
    assert (figures["tools_executed"], figures["successful_executions"]) == (1, 1)
    assert figures["websocket_events_sent"] == 2
    assert figures["avg_execution_time_ms"] == figures["total_execution_time_ms"]
    assert figures["is_active"]


async def test_a_tool_registered_on_one_dispatcher_exists_nowhere_else(assembled):
    bench = await assembled(add)
    one, other = bench.dispatcher(), bench.dispatcher(run="run-2")
    one.register_tool("times.two", lambda n: n * 2, "Double")
    assert (await one.execute_tool("times.two", {"n": 4})).result == 8
    assert not other.has_tool("times.two")
    with pytest.raises(ValueError, match="already registered"):
        one.register_tool("add", lambda: 1)


async def test_old_forms_of_calling_answer_in_their_old_shapes(assembled):
    bench = await assembled(add)
    dispatcher = bench.dispatcher()
    answer = await dispatcher.dispatch_tool("add", {"a": 1}, run_id="run-1")
    assert answer == {"success": True, "result": 2, "metadata": {"tool_name": "add", "run_id": "run-1"}}
    foreign = await dispatcher.dispatch_tool("add", {"a": 1}, run_id="run-of-another")
    assert "not found" in foreign["error"]
    assert dispatcher.get_metrics()["security_violations"] == 1
    old = await dispatcher.dispatch("add", a=1)
    assert (old.status, old.payload, old.tool_input) == ("success", 2, {"a": 1})
    assert (await dispatcher.dispatch("add")).status == "error"


async def test_a_thread_that_overruns_is_counted_until_it_ends(assembled):
    release: list[bool] = []

    def blocks() -> str:
        """Block."""
        while not release:
            time.sleep(0.005)
        return "late"

    bench = await assembled(blocks, timeout=0.05)
    result = await bench.dispatcher().execute_tool("blocks")
    assert result.error.code == "timeout"
    assert (bench.threads.busy, bench.threads.overrunning) == (1, 1)
    release.append(True)
    while bench.threads.busy:
        await anyio.sleep(0.005)
    assert bench.threads.overrunning == 0


async def test_one_users_overrunning_threads_leave_threads_for_others(assembled):
    release: list[bool] = []

    def blocks() -> None:
        """Block."""
        while not release:
            time.sleep(0.005)

    bench = await assembled(blocks, slow_square, timeout=0.05)
    greedy = bench.dispatcher("greedy-1", "run-g")
    codes = [(await greedy.execute_tool("blocks")).error.code for _ in range(3)]
    assert codes == ["timeout", "timeout", "too_many_calls"]
    assert (await bench.dispatcher("other-1", "run-o").execute_tool("slow_square", {"n": 3})).result == 9
    release.append(True)
    while bench.threads.busy:
        await anyio.sleep(0.005)
