"""What a socket is told when it comes, comes back, and falls behind: protocol.md section 2."""

from typing import Any

import pytest

from tests.adapters.web.site import MakeSite, Site, close_code, receive, send

STATE = {"type": "agent_started", "run_id": "r9", "replayed": True, "payload": {"status": "started"}}


async def place(site: Site, seq: int, user_id: str = "u-ada") -> str:
    return f"?after={(await site.log.head(user_id)).epoch}:{seq}"


async def test_hello_tells_who_and_where(site: Site) -> None:
    await site.append(count=3)
    head = await site.log.head("u-ada")
    async with site.ws() as socket:
        assert await receive(socket) == {
            "type": "hello", "v": 1, "user_id": "u-ada", "epoch": head.epoch, "head": 3, "first": 1,
            "resumed": False, "heartbeat_s": 20.0,
        }  # fmt: skip


async def test_a_fresh_socket_gets_the_state_of_active_runs_then_live_events(site: Site) -> None:
    await site.append(count=3)
    site.runs.states = [STATE]
    async with site.ws() as socket:
        assert (await receive(socket))["resumed"] is False
        assert await receive(socket) == STATE
        await site.append()
        assert (await receive(socket))["seq"] == 4


async def test_a_run_that_ends_while_its_state_is_read_is_not_half_told(site: Site) -> None:
    answers = [[STATE], []]

    async def end_the_run() -> None:
        site.runs.states = answers.pop(0)
        if answers:
            await site.append()

    site.runs.on_state = end_the_run
    async with site.ws() as socket:
        hello = await receive(socket)
        await site.append()
        assert (await receive(socket))["seq"] == hello["head"] + 1 == 2


async def test_the_state_is_told_even_when_the_log_never_rests(site: Site) -> None:
    site.runs.on_state = site.append
    async with site.ws() as socket:
        hello = await receive(socket)
        assert hello["head"] >= 3
        await site.append()
        assert (await receive(socket))["seq"] == hello["head"] + 1


@pytest.mark.parametrize("seq", [0, 2, 5])
async def test_a_resume_gets_every_event_after_its_place_in_order(site: Site, seq: int) -> None:
    await site.append(count=5)
    async with site.ws(query=await place(site, seq)) as socket:
        hello = await receive(socket)
        assert (hello["resumed"], hello["head"]) == (True, 5)
        await site.append(count=2)
        assert [(await receive(socket))["seq"] for _ in range(7 - seq)] == list(range(seq + 1, 8))


async def test_events_are_sent_as_the_log_keeps_them(site: Site) -> None:
    await site.append(text="Grüße")
    kept = (await site.log.read("u-ada", 0))[0]
    async with site.ws(query=await place(site, 0)) as socket:
        await receive(socket)
        assert await socket.recv() == kept.data.decode()


async def refused(site: Site, query: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return hello and gap; check that nothing of the log follows but new events."""
    site.runs.windows = [STATE]
    async with site.ws(query=query) as socket:
        hello, gap = await receive(socket), await receive(socket)
        assert (hello["type"], hello["resumed"], gap["type"]) == ("hello", False, "gap")
        assert await receive(socket) == STATE
        await site.append()
        assert (await receive(socket))["seq"] == hello["head"] + 1
    return hello, gap


async def test_a_trimmed_place_is_refused_whole(make_site: MakeSite) -> None:
    site = await make_site({"ring_events": 4})
    await site.append(count=10)
    hello, gap = await refused(site, await place(site, 3))
    assert (hello["first"], hello["head"]) == (7, 10)
    assert gap == {"type": "gap", "from": 4, "to": 10, "reason": "trimmed"}


async def test_the_last_place_that_is_kept_resumes(make_site: MakeSite) -> None:
    site = await make_site({"ring_events": 4})
    await site.append(count=10)
    async with site.ws(query=await place(site, 6)) as socket:
        assert (await receive(socket))["resumed"] is True
        assert (await receive(socket))["seq"] == 7


async def test_another_epoch_is_refused_whole(site: Site) -> None:
    await site.append(count=3)
    _, gap = await refused(site, "?after=other:2")
    assert gap == {"type": "gap", "from": 1, "to": 3, "reason": "epoch"}


async def test_a_place_ahead_of_the_log_is_refused_whole(site: Site) -> None:
    await site.append(count=3)
    _, gap = await refused(site, await place(site, 7))
    assert gap == {"type": "gap", "from": 4, "to": 7, "reason": "ahead"}


async def test_a_place_of_another_user_gives_nothing_of_theirs(site: Site) -> None:
    await site.append("u-bob", count=3, text="bobs secret")
    await site.append("u-ada", count=1)
    _, gap = await refused(site, await place(site, 1, "u-bob"))
    assert gap["reason"] == "epoch"


async def test_an_empty_log_resumes_at_its_beginning(site: Site) -> None:
    async with site.ws(query=await place(site, 0)) as socket:
        hello = await receive(socket)
        assert (hello["resumed"], hello["head"]) == (True, 0)
        await site.append()
        assert (await receive(socket))["seq"] == 1


async def test_what_was_trimmed_by_age_resumes_at_the_head_only(site: Site) -> None:
    await site.append(count=3)
    site.clock.seconds += 601
    async with site.ws(query=await place(site, 3)) as socket:
        assert (await receive(socket))["resumed"] is True
    _, gap = await refused(site, await place(site, 2))
    assert gap == {"type": "gap", "from": 3, "to": 3, "reason": "trimmed"}


async def test_all_sockets_of_a_user_get_the_same_and_nobody_elses(site: Site) -> None:
    async with site.ws() as desk, site.ws() as phone, site.ws("token-bob") as other:
        for socket in (desk, phone, other):
            await receive(socket)
        await site.append("u-bob", text="for bob")
        await site.append("u-ada", count=3, text="for ada")
        for socket in (desk, phone):
            assert [(await receive(socket))["seq"] for _ in range(3)] == [1, 2, 3]
        assert (await receive(other))["user_id"] == "u-bob"
        await send(other, type="cancel", run_id="r-unknown")
        assert (await receive(other))["type"] == "error"


async def test_a_reader_that_was_lapped_is_closed_and_can_resume_or_is_told(make_site: MakeSite) -> None:
    site = await make_site({"ring_events": 4})
    async with site.ws() as socket:
        hello = await receive(socket)
        site.fill_transports()
        await site.append(count=10)  # without a pause: the writer wakes when five are gone
        assert await close_code(socket) == 4002
    async with site.ws(query=f"?after={hello['epoch']}:0") as socket:
        await receive(socket)
        assert (await receive(socket))["type"] == "gap"
