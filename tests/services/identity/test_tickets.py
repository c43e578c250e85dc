import re

import anyio
import pytest

from services.errors import AuthenticationError, TooMuch
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
    ticket = await world.tickets.issue(identity)
    assert re.fullmatch(r"[\w-]{43}", ticket)
    assert await world.tickets.redeem(ticket) == identity
    assert not await valid(world, ticket)


@pytest.mark.parametrize("ticket", ["", "x", "\ud800", "x" * 43, "x" * 100_000])
async def test_other_text_is_no_ticket(world: World, ticket: str) -> None:
    await world.tickets.issue(await ada(world))
    assert not await valid(world, ticket)


async def test_of_a_hundred_parallel_redemptions_exactly_one_wins(world: World) -> None:
    ticket, outcomes = await world.tickets.issue(await ada(world)), []

    async def redeem() -> None:
        outcomes.append(await valid(world, ticket))

    async with anyio.create_task_group() as group:
        for _ in range(100):
            group.start_soon(redeem)
    assert sorted(outcomes) == [False] * 99 + [True]


@pytest.mark.parametrize(("seconds", "outcome"), [(29.9, True), (30.0, False), (31.0, False)])
async def test_a_ticket_lives_half_a_minute(world: World, seconds: float, outcome: bool) -> None:
    ticket = await world.tickets.issue(await ada(world))
    world.clock.move(seconds=seconds)
    assert await valid(world, ticket) is outcome


async def test_a_ticket_dies_with_its_session(world: World) -> None:
    identity = await ada(world)
    ended, kept = await world.tickets.issue(identity), await world.tickets.issue(await ada(world))
    await world.sessions.logout(identity.session_id)
    assert not await valid(world, ended)
    assert await valid(world, kept)


async def test_a_ticket_is_no_token_and_a_token_no_ticket(world: World) -> None:
    login = await world.sessions.login("Ada", PASSWORD, "10.0.0.1")
    ticket = await world.tickets.issue(await world.sessions.authenticate(login.token))
    assert not await valid(world, login.token)
    with pytest.raises(AuthenticationError):
        await world.sessions.authenticate(ticket)


async def test_an_identity_made_up_elsewhere_gets_a_ticket_that_opens_nothing(world: World) -> None:
    real = await ada(world)
    made_up = Identity(real.user, real.session_id, real.expires_at)
    assert not await valid(world, await world.tickets.issue(made_up))


async def test_no_session_holds_more_than_twenty(world: World) -> None:
    identity, other = await ada(world), await ada(world)
    issued = [await world.tickets.issue(identity) for _ in range(20)]
    with pytest.raises(TooMuch) as caught:
        await world.tickets.issue(identity)
    assert caught.value.retry_after_s == 30.0
    assert await valid(world, issued[0])
    assert await valid(world, await world.tickets.issue(other))
    world.clock.move(seconds=30)
    assert await valid(world, await world.tickets.issue(identity))
