"""How the end of a session reaches its connections, here and elsewhere."""

import pytest

from services.errors import Unavailable
from services.identity.session_endings import ENDED
from tests.services.identity.stores import PASSWORD, World


async def test_what_another_process_ended_is_closed_here(world: World) -> None:
    closed: list[tuple[int, str]] = []
    for session_id in ("s-1", "s-2", "s-3"):
        world.listeners.add("u", session_id, lambda *how: closed.append(how))
    await world.notices.post(ENDED, "s-1 s-3")
    assert closed == [(4401, "session ended")] * 2
    assert world.listeners.count() == 1


async def test_the_own_connections_are_closed_also_when_nobody_else_can_be_told(world: World) -> None:
    login = await world.sessions.login("Ada", PASSWORD, "10.0.0.1")
    closed: list[int] = []
    world.listeners.add(login.user.id, login.session_id, lambda code, _: closed.append(code))
    world.notices.trouble = Unavailable("away")
    with pytest.raises(Unavailable):
        await world.sessions.logout(login.session_id)
    assert closed == [4401]


async def test_one_notice_names_every_session_of_a_user_and_none_is_posted_without(world: World) -> None:
    logins = [await world.sessions.login("Ada", PASSWORD, "10.0.0.1") for _ in range(3)]
    await world.sessions.end_all(logins[0].user.id)
    await world.sessions.end_all(logins[0].user.id)
    [(kind, subject)] = world.notices.posted
    assert (kind, sorted(subject.split())) == (ENDED, sorted(login.session_id for login in logins))
