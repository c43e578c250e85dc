"""What every database promises of switches."""

from tests.contracts.shared.conftest import Sql


async def test_a_switch_is_seen_by_all_and_each_change_is_recorded(sql: Sql) -> None:
    one, other = await sql.switches(), await sql.switches()
    assert await one.values() == {}
    first = await one.set("a", "1", "ann")
    second = await other.set("a", "2", "bob \x00")
    await one.set("b", "x", "ann")
    assert await other.values() == {"a": "2", "b": "x"}
    assert (first.old, first.new, second.old, second.new) == (None, "1", "1", "2")
    assert [(change.new, change.who) for change in await one.history("a")] == [
        ("2", "bob \ufffd"),
        ("1", "ann"),
    ]
    assert [change.at for change in await one.history("a", 1)] == [second.at]
    assert await one.history("unknown") == []
