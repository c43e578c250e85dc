import re

import anyio
import pytest

from services.errors import AuthenticationError, TooMuch
from services.identity import tickets
from services.identity.sessions import Identity
from tests.services.identity.stores import PASSWORD, World


async def ada(world: World) -> Identity:
    login = await world.sessions.login("Ada", PASSWORD, "10.0.0.1")
    return await world.sessions.authenticate(login.token)


async def valid(world: World, ticket: str) -> bool:
    try:
        await world.tickets.redeem(ticket)
    except AuthenticationError:
        return False
    return True


async def test_a_ticket_stands_for_its_session_once(world: World) -> None:
    identity = await ada(world)
    ticket = world.tickets.issue(identity)
    assert re.fullmatch(r"[\w-]{43}", ticket)
    assert await world.tickets.redeem(ticket) == identity
    assert not await valid(world, ticket)


@pytest.mark.parametrize("ticket", ["", "x", "\ud800", "x" * 43, "x" * 100_000])
async def test_other_text_is_no_ticket(world: World, ticket: str) -> None:
    world.tickets.issue(await ada(world))
    assert not await valid(world, ticket)


async def test_of_a_hundred_parallel_redemptions_exactly_one_wins(world: World) -> None:
    ticket, outcomes = world.tickets.issue(await ada(world)), []

    async def redeem() -> None:
        outcomes.append(await valid(world, ticket))

    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(redeem)
    assert sorted(outcomes) == [False] * 99 + [True]


@pytest.mark.parametrize(("seconds", "outcome"), [(29.9, True), (30.0, False), (31.0, False)])
async def test_a_ticket_lives_half_a_minute(world: World, seconds: float, outcome: bool) -> None:
    ticket = world.tickets.issue(await ada(world))
    world.clock.move(seconds=seconds)
    assert await valid(world, ticket) is outcome


async def test_a_ticket_dies_with_its_session(world: World) -> None:
    identity = await ada(world)
    ended, kept = world.tickets.issue(identity), world.tickets.issue(await ada(world))
    await world.sessions.logout(identity.session_id)
    assert not await valid(world, ended)
    assert await valid(world, kept)


async def test_a_ticket_is_no_token_and_a_token_no_ticket(world: World) -> None:
    login = await world.sessions.login("Ada", PASSWORD, "10.0.0.1")
    ticket = world.tickets.issue(await world.sessions.authenticate(login.token))
    assert not await valid(world, login.token)
    with pytest.raises(AuthenticationError):
        await world.sessions.authenticate(ticket)


async def test_an_identity_made_up_elsewhere_gets_a_ticket_that_opens_nothing(world: World) -> None:
    real = await ada(world)
    made_up = Identity(real.user, real.session_id, real.expires_at)
    assert not await valid(world, world.tickets.issue(made_up))


async def test_no_session_holds_more_than_twenty(world: World) -> None:
    identity, other = await ada(world), world.tickets.issue(await ada(world))
    issued = [world.tickets.issue(identity) for _ in range(21)]
    assert len(world.tickets._tickets) == 21
    assert not await valid(world, issued[0])
    assert await valid(world, issued[1])
    assert await valid(world, other)


async def test_too_many_tickets_are_refused_until_some_expire(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tickets, "MOST_TICKETS", 3)
    identities = [await ada(world) for _ in range(4)]
    for identity in identities[:3]:
        world.tickets.issue(identity)
    with pytest.raises(TooMuch) as caught:
        world.tickets.issue(identities[3])
    assert caught.value.retry_after_s == 30.0
    world.clock.move(seconds=30)
    assert await valid(world, world.tickets.issue(identities[3]))
    assert (len(world.tickets._tickets), len(world.tickets._of_session)) == (0, 0)


async def test_tickets_are_not_kept_in_readable_form(world: World) -> None:
    ticket = world.tickets.issue(await ada(world))
    assert ticket not in repr(vars(world.tickets))
