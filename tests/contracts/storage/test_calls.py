"""The contract of every call store."""

from dataclasses import replace
from typing import Any

import anyio
import pytest

from adapters.storage.calls import SqlCallStore
from adapters.storage.database import Database
from services.errors import NotFound
from services.ports.calls import CallRecord
from tests.build import build
from tests.contracts.storage.conftest import HandClock


@pytest.fixture
def record(clock: HandClock) -> CallRecord:
    result = {"result": "42", "unit": None}
    return CallRecord(
        "c1", "r1", "ann", "calculate", {"expression": "6*7"}, result, None, "completed", 1.25, clock.now()
    )


async def test_what_was_kept_can_be_read_at_once(calls: SqlCallStore, record: CallRecord) -> None:
    calls.keep(record)
    assert await calls.call("ann", "r1", "c1") == record


async def test_what_was_kept_is_there_after_a_restart(database: Database, record: CallRecord) -> None:
    failed = replace(
        record, call_id="c2", result=None, error={"code": "timeout", "message": "…"}, status="timeout"
    )
    async with build(SqlCallStore, database) as calls:
        calls.keep(record)
        calls.keep(failed)
    again = build(SqlCallStore, database)
    assert await again.call("ann", "r1", "c1") == record
    assert await again.call("ann", "r1", "c2") == failed


async def test_what_was_kept_while_everything_is_being_cancelled_is_stored(
    database: Database, record: CallRecord
) -> None:
    with anyio.CancelScope() as scope:
        async with build(SqlCallStore, database) as calls:
            scope.cancel()
            calls.keep(record)
            await anyio.sleep_forever()
    assert await build(SqlCallStore, database).call("ann", "r1", "c1") == record


async def test_calls_of_others_do_not_exist_kept_or_stored(database: Database, record: CallRecord) -> None:
    async with build(SqlCallStore, database) as calls:
        calls.keep(record)
        for key in (("eve", "r1", "c1"), ("ann", "r2", "c1"), ("ann", "r1", "c2")):
            with pytest.raises(NotFound, match=r"^There is no such call\.$"):
                await calls.call(*key)
    with pytest.raises(NotFound, match=r"^There is no such call\.$"):
        await build(SqlCallStore, database).call("eve", "r1", "c1")


async def test_the_same_ids_of_two_users_are_two_calls(calls: SqlCallStore, record: CallRecord) -> None:
    calls.keep(record)
    calls.keep(replace(record, user_id="bob", result="Bob's"))
    assert (await calls.call("ann", "r1", "c1")).result == record.result
    assert (await calls.call("bob", "r1", "c1")).result == "Bob's"


async def test_a_large_result_comes_back_whole(database: Database, record: CallRecord) -> None:
    large = replace(record, result=["é" * 1000] * 5000)
    async with build(SqlCallStore, database) as calls:
        calls.keep(large)
        calls.keep(replace(record, call_id="small"))
    assert await build(SqlCallStore, database).call("ann", "r1", "c1") == large


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (2**70, 2**70),
        ("a\x00b", "a\x00b"),
        ("\ud800", "\ud800"),
        ({1: "a", (2,): "b"}, {"1": "a"}),
        ([object()], ["<object>"]),
        (b"bytes", "<bytes>"),
    ],
)
async def test_what_json_cannot_say_is_kept_as_near_as_can_be(
    database: Database, record: CallRecord, value: Any, kept: Any
) -> None:
    async with build(SqlCallStore, database) as calls:
        calls.keep(replace(record, result=value))
    assert (await build(SqlCallStore, database).call("ann", "r1", "c1")).result == kept


async def test_a_value_that_contains_itself_is_named_by_its_type(
    calls: SqlCallStore, record: CallRecord
) -> None:
    cyclic: list[Any] = []
    cyclic.append(cyclic)
    calls.keep(replace(record, result=cyclic))
    assert (await calls.call("ann", "r1", "c1")).result == "<list>"


async def test_changing_a_value_afterwards_changes_no_record(calls: SqlCallStore, record: CallRecord) -> None:
    calls.keep(record)
    record.arguments["expression"] = "changed"
    assert (await calls.call("ann", "r1", "c1")).arguments == {"expression": "6*7"}
