"""Direct calls: one tool, its own scope, and keys that make repetitions harmless."""

import anyio
import pytest

from config.settings import Settings, Tools
from services.errors import Conflict, PermissionDenied
from services.ports.identity import User
from tests.services.counting_tools import RAN

ANN = User("user-ann", "ann", frozenset({"user"}))
BOB = User("user-bob", "bob", frozenset({"user"}))


@pytest.fixture(autouse=True)
def from_zero():
    RAN.clear()


@pytest.fixture
def soledoor_settings(tmp_path):
    return Settings(data=tmp_path / "d", tools=Tools(modules=("tests.services.counting_tools",)))


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
