"""What every engine of leases promises."""

from services.ports.trimming import Trimmed
from tests.contracts.shared.conftest import Engine

BRIEF = 0.5


async def test_a_replica_has_a_lease_while_it_holds_one(engine: Engine) -> None:
    one, other = await engine.leases(), await engine.leases()
    assert await other.without(["a", "b"]) == {"a", "b"}
    await one.hold("a", 60)
    assert await other.without(["a", "b"]) == {"b"}
    assert await other.without([]) == frozenset()


async def test_a_lease_ends_by_itself_and_renewed_it_lasts(engine: Engine) -> None:
    one, other = await engine.leases(), await engine.leases()
    for replica in "ab":
        await one.hold(replica, BRIEF)
    await one.hold("a", 60)
    await engine.pass_time(BRIEF)
    assert await other.without("ab") == {"b"}
    await one.hold("b", 60)
    assert await other.without("ab") == frozenset()


async def test_a_released_lease_ends_at_once_and_twice_is_fine(engine: Engine) -> None:
    one, other = await engine.leases(), await engine.leases()
    await one.hold("a", 60)
    await other.release("a")
    await one.release("a")
    assert await one.without("a") == {"a"}


async def test_a_lease_may_be_made_shorter(engine: Engine) -> None:
    one = await engine.leases()
    await one.hold("a", 60)
    await one.hold("a", BRIEF)
    await engine.pass_time(BRIEF)
    assert await one.without("a") == {"a"}


async def test_ended_leases_are_swept(engine: Engine) -> None:
    one = await engine.leases()
    if not isinstance(one, Trimmed):
        return
    for replica in "abc":
        await one.hold(replica, BRIEF)
    await one.hold("d", 60)
    await engine.pass_time(BRIEF)
    assert [await one.trim(2), await one.trim(2)] == [2, 1]
    assert await one.without("d") == frozenset()
