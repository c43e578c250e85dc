"""What every database promises of values that live for a short time."""

import anyio
import anyio.lowlevel
from sqlalchemy import select

from adapters.storage.shared_tables import ephemeral as table
from services.ports.ephemeral import Ephemeral
from services.ports.trimming import Trimmed
from tests.contracts.shared.conftest import Sql

BRIEF = 0.5


async def test_a_value_can_be_read_often_and_taken_once(sql: Sql) -> None:
    one, other = await sql.ephemeral(), await sql.ephemeral()
    await one.put("ticket", "k", "v", 60)
    assert [await other.get("ticket", "k") for _ in range(2)] == ["v", "v"]
    assert await other.get("code", "k") is None
    assert await other.take("code", "k") is None
    assert await other.take("ticket", "k") == "v"
    assert await one.take("ticket", "k") is None
    assert await one.get("ticket", "k") is None


async def test_the_values_of_a_kind_are_found_at_another_process(sql: Sql) -> None:
    one, other = await sql.ephemeral(), await sql.ephemeral()
    for key, seconds in (("b", 70), ("a", 60), ("c", 80)):
        await one.put("note", key, f"v{key}", seconds)
    await one.put("ticket", "k", "v", 60)
    assert await other.of_kind("note", 10) == ["va", "vb", "vc"]
    assert await other.of_kind("note", 2) == ["va", "vb"]
    await one.take("note", "a")
    assert await other.of_kind("note", 10) == ["vb", "vc"]
    assert await other.of_kind("code", 10) == []


async def test_of_many_that_take_it_at_two_processes_exactly_one_has_it(sql: Sql) -> None:
    both = await sql.ephemeral(), await sql.ephemeral()
    await both[0].put("ticket", "k", "v", 60)
    had: list[str | None] = []
    under_way = [0, 0]
    met = False

    async def take(which: int) -> None:
        nonlocal met
        under_way[which] += 1
        await anyio.lowlevel.checkpoint()
        met = met or all(under_way)
        had.append(await both[which].take("ticket", "k"))
        under_way[which] -= 1

    async with anyio.create_task_group() as tasks:
        for number in range(40):
            tasks.start_soon(take, number % 2)
    assert met
    assert [value for value in had if value is not None] == ["v"]


async def test_a_value_whose_time_is_over_is_not_there(sql: Sql) -> None:
    one = await sql.ephemeral()
    await one.put("k", "a", "v", BRIEF)
    await one.put("k", "b", "v", BRIEF)
    await sql.pass_time(BRIEF)
    assert await one.get("k", "a") is None
    assert await one.take("k", "a") is None
    assert await one.add("k", "b", "new", 60) is None
    assert await one.get("k", "b") == "new"


async def test_adding_keeps_what_is_there_and_putting_replaces_it(sql: Sql) -> None:
    one, other = await sql.ephemeral(), await sql.ephemeral()
    assert await one.add("k", "a", "first", 60) is None
    assert await other.add("k", "a", "second", 60) == "first"
    await other.put("k", "a", "third", 60)
    assert await one.get("k", "a") == "third"


async def test_of_many_that_add_at_two_processes_exactly_one_does(sql: Sql) -> None:
    both = await sql.ephemeral(), await sql.ephemeral()
    there: list[str | None] = []

    async def add(ephemeral: Ephemeral, value: str) -> None:
        there.append(await ephemeral.add("k", "a", value, 60))

    async with anyio.create_task_group() as tasks:
        for number in range(40):
            tasks.start_soon(add, both[number % 2], str(number))
    assert there.count(None) == 1
    assert len(set(there)) == 2


async def test_keys_are_any_text_and_never_kept_in_readable_form(sql: Sql) -> None:
    one = await sql.ephemeral()
    for key in ("secret-key", "", "\ud800", "x" * 100_000):
        await one.put("k", key, "v", 60)
        assert await one.get("k", key) == "v"
    database = await sql.database()
    rows = await database.read(lambda connection: connection.execute(select(table)).all())
    assert "secret-key" not in repr(rows)
    assert {len(row.key) for row in rows} == {64}


async def test_what_is_over_is_swept_a_few_at_a_time(sql: Sql) -> None:
    one = await sql.ephemeral()
    assert isinstance(one, Trimmed)
    for number in range(5):
        await one.put("k", str(number), "v", BRIEF)
    await one.put("k", "long", "v", 60)
    await sql.pass_time(BRIEF)
    assert [await one.trim(3), await one.trim(3)] == [3, 2]
    assert await one.get("k", "long") == "v"
