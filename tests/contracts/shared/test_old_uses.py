"""What every database promises of the uses of old names."""

from datetime import timedelta

from services.ports.old_uses import CallSite, UseCount
from tests.contracts.shared.conftest import Sql

ONE = CallSite("Old.create", "/srv/one.py", 7, "handle")
OTHER = CallSite("Old.create", "/srv/two.py", 7, "handle")


async def test_counts_of_all_processes_add_up_by_call_site(sql: Sql) -> None:
    one, other = await sql.old_uses(), await sql.old_uses()
    assert await one.uses() == []
    began = sql.clock.now()
    await one.add({ONE: UseCount(2, 0), OTHER: UseCount(5, 5)})
    sql.clock.advance(60)
    await other.add({ONE: UseCount(4, 1)})
    most, least = await one.uses()
    assert (most.site, most.uses, most.refused) == (ONE, 6, 1)
    assert (most.first_at, most.last_at) == (began, sql.clock.now())
    assert (least.site, least.uses, least.refused, least.last_at) == (OTHER, 5, 5, began)
    assert await one.uses(began + timedelta(seconds=1)) == [most]


async def test_odd_paths_are_kept_and_equal_counts_are_in_order(sql: Sql) -> None:
    uses = await sql.old_uses()
    sites = [CallSite("b", "\x00.py", 1, "<lambda>"), CallSite("a", "<string>", 2, "<module>"), ONE]
    await uses.add(dict.fromkeys(sites, UseCount(1, 0)))
    assert [use.site.old_name for use in await uses.uses()] == ["Old.create", "a", "b"]
    assert (await uses.uses())[-1].site.file == "\ufffd.py"
