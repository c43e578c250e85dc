"""Direct calls: one tool, its own scope, and keys that make repetitions harmless."""

from dataclasses import replace

import anyio
import pytest

from config.settings import Settings, Tools
from containers.bootstrap import bootstrap
from services.errors import Conflict, FieldError, PermissionDenied
from services.kept_results import claimed, kept, read
from services.ports.identity import User
from services.tools.result import ToolError, ToolExecutionResult
from tests.services.counting_tools import GO_ON, RAN, STARTED

ANN = User("user-ann", "ann", frozenset({"user"}))
TOOLS = Tools(modules=("tests.services.counting_tools",))
BOB = User("user-bob", "bob", frozenset({"user"}))


@pytest.fixture(autouse=True)
def from_zero():
    RAN.clear()


@pytest.fixture
def soledoor_settings(tmp_path):
    return Settings(data=tmp_path / "d", tools=TOOLS)


async def test_a_call_has_a_run_and_a_record_of_its_own(soledoor_app):
    one = await soledoor_app.calls.call(ANN, "calculate", {"expression": "6*7"})
    other = await soledoor_app.calls.call(ANN, "calculate", {"expression": "6*7"})
    assert (one.result["result"], one.replayed) == ("42", False)
    assert one.run_id != other.run_id
    record = await soledoor_app.call_store.call(ANN.id, one.run_id, one.call_id)
    assert record.arguments == {"expression": "6*7"}


async def test_a_failure_is_a_result_a_forbidden_tool_raises(soledoor_app):
    assert (await soledoor_app.calls.call(ANN, "calculate", {})).error.code == "invalid_arguments"
    with pytest.raises(PermissionDenied):
        await soledoor_app.calls.call(ANN, "system_status", {})


async def test_the_same_key_runs_once_also_when_both_race(soledoor_app):
    results = []

    async def call():
        results.append(await soledoor_app.calls.call(ANN, "count_up", {"name": "a"}, "key-1"))

    async with anyio.create_task_group() as tasks:
        for _ in range(5):
            tasks.start_soon(call)
    assert {result.result for result in results} == {1}
    assert sorted(result.replayed for result in results) == [False, True, True, True, True]


async def test_a_key_belongs_to_user_and_tool_and_to_its_arguments(soledoor_app):
    await soledoor_app.calls.call(ANN, "count_up", {"name": "b"}, "key-1")
    assert (await soledoor_app.calls.call(BOB, "count_up", {"name": "b"}, "key-1")).result == 2
    with pytest.raises(Conflict) as conflict:
        await soledoor_app.calls.call(ANN, "count_up", {"name": "c"}, "key-1")
    assert conflict.value.code == "idempotency_conflict"


async def test_a_key_whose_call_was_refused_is_free_again(soledoor_app):
    for _ in range(2):
        with pytest.raises(PermissionDenied):
            await soledoor_app.calls.call(ANN, "system_status", {}, "key-1")
    refused = await soledoor_app.calls.call(ANN, "count_up", {}, "key-1")
    assert refused.error.code == "invalid_arguments"
    assert (await soledoor_app.calls.call(ANN, "count_up", {"name": "d"}, "key-1")).result == 1


async def test_a_replayed_failure_has_its_error_whole(soledoor_app):
    one, other = [await soledoor_app.calls.call(ANN, "fail", {}, "key-1") for _ in range(2)]
    assert (one.replayed, other.replayed) == (False, True)
    assert other.error == one.error
    assert other.call_id == one.call_id


async def test_another_process_waits_for_the_first_and_runs_nothing_itself(soledoor_app, soledoor_settings):
    async with bootstrap(soledoor_settings) as other:
        results = {}

        async def call(which, application):
            results[which] = await application.calls.call(ANN, "count_slowly", {"name": "e"}, "key-1")

        async with anyio.create_task_group() as tasks:
            tasks.start_soon(call, "first", soledoor_app)
            await STARTED.wait()
            tasks.start_soon(call, "second", other)
            with pytest.raises(Conflict):
                await other.calls.call(ANN, "count_slowly", {"name": "f"}, "key-1")
            assert not results
            GO_ON.set()
        assert (results["first"].replayed, results["second"].replayed) == (False, True)
        assert results["second"].result == results["first"].result == 1
        assert RAN["e"] == 1


async def test_a_key_outlives_the_process(soledoor_app, soledoor_settings):
    first = await soledoor_app.calls.call(ANN, "count_up", {"name": "g"}, "key-1")
    async with bootstrap(soledoor_settings) as other:
        assert await other.calls.call(ANN, "count_up", {"name": "g"}, "key-1") == replace(
            first, replayed=True
        )


def test_a_result_of_any_kind_is_kept():
    error = ToolError("tool_failed", "no", [FieldError("a", "b")], 1.5)
    odd = ToolExecutionResult(False, "t", "c", {"at": float("inf"), "x": object}, error, 1.0, "u", "r")
    again = read(kept("digest", odd))
    assert again.digest == "digest"
    assert again.result is not None
    assert again.result.error == replace(error, details=(FieldError("a", "b"),))
    assert again.result.result["x"] == str(object)
    assert read(claimed("digest")).result is None
