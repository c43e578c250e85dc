import hashlib
import re
from datetime import timedelta

import pytest

from services.errors import AuthenticationError
from services.identity.sessions import Login
from tests.services.identity.stores import PASSWORD, World

HOME = "10.0.0.1"


@pytest.fixture
async def login(world: World) -> Login:
    return await world.sessions.login("Ada", PASSWORD, HOME)


async def alive(world: World, token: str) -> bool:
    try:
        await world.sessions.authenticate(token)
    except AuthenticationError:
        return False
    return True


async def test_a_token_is_256_random_bits_with_a_prefix_and_only_its_hash_is_kept(
    world: World, login: Login
) -> None:
    assert re.fullmatch(r"sd_[\w-]{43}", login.token)
    assert login.token not in repr(world.store.rows)
    assert login.token not in repr(login)
    session = world.store.rows[login.session_id]
    assert session.token_hash == hashlib.sha256(login.token.encode()).hexdigest()


async def test_each_login_has_a_token_and_an_id_of_its_own(world: World) -> None:
    logins = [await world.sessions.login("Ada", PASSWORD, HOME) for _ in range(5)]
    assert len({each.token for each in logins} | {each.session_id for each in logins}) == 10


async def test_someone_known_in_another_way_gets_a_session_too(world: World) -> None:
    [user] = await world.accounts.users()
    login = await world.sessions.open_for(user)
    assert (await world.sessions.authenticate(login.token)).user == user


@pytest.mark.parametrize(
    "spoil", [str.upper, lambda t: t[:-1], lambda t: t + "x", lambda t: t[3:], lambda _: ""]
)
async def test_no_other_token_is_recognised(world: World, login: Login, spoil: object) -> None:
    assert callable(spoil)
    assert not await alive(world, spoil(login.token))


@pytest.mark.parametrize("token", ["sd_\ud800", "sd_" + "x" * 100_000, "sd_", "\x00", "token"])
async def test_strange_tokens_are_refused_like_any_other(world: World, token: str) -> None:
    with pytest.raises(AuthenticationError, match=r"^You are not logged in\.$"):
        await world.sessions.authenticate(token)


async def test_the_hash_is_no_token(world: World, login: Login) -> None:
    token_hash = world.store.rows[login.session_id].token_hash
    assert not await alive(world, token_hash)
    assert not await alive(world, f"sd_{token_hash}")


async def test_a_token_is_valid_until_it_says(world: World, login: Login) -> None:
    assert login.expires_at - world.clock.now() == timedelta(hours=12)
    world.clock.move(hours=11, minutes=59, seconds=59)
    assert await alive(world, login.token)


async def test_an_unused_session_ends_after_twelve_hours(world: World, login: Login) -> None:
    world.clock.move(hours=12)
    assert not await alive(world, login.token)
    assert login.session_id not in world.store.rows


async def test_a_used_session_lives_on_but_not_for_ever(world: World, login: Login) -> None:
    for _ in range(15):
        world.clock.move(hours=11)
        assert await alive(world, login.token)
    world.clock.move(hours=2, minutes=59)
    identity = await world.sessions.authenticate(login.token)
    assert identity.expires_at - world.clock.now() == timedelta(minutes=1)
    world.clock.move(minutes=1)
    assert not await alive(world, login.token)


async def test_use_moves_the_end_and_is_noted_once_a_minute_at_most(world: World, login: Login) -> None:
    for _ in range(119):
        world.clock.move(seconds=1)
        await world.sessions.authenticate(login.token)
    world.clock.move(seconds=1)
    identity = await world.sessions.authenticate(login.token)
    assert world.store.touches == 2
    assert identity.expires_at - world.clock.now() == timedelta(hours=12)


async def test_logout_ends_the_session_and_closes_its_sockets(world: World, login: Login) -> None:
    closed: list[tuple[int, str]] = []
    world.listeners.add(login.user.id, login.session_id, lambda code, reason: closed.append((code, reason)))
    other = await world.sessions.login("Ada", PASSWORD, HOME)
    world.listeners.add(login.user.id, other.session_id, lambda *_: closed.append((0, "other")))
    await world.sessions.logout(login.session_id)
    await world.sessions.logout(login.session_id)
    assert closed == [(4401, "session ended")]
    assert not await alive(world, login.token)
    assert await alive(world, other.token)


async def test_a_session_found_expired_closes_its_sockets(world: World, login: Login) -> None:
    closed: list[int] = []
    world.listeners.add(login.user.id, login.session_id, lambda code, _: closed.append(code))
    world.clock.move(days=8)
    assert not await alive(world, login.token)
    assert closed == [4401]


async def test_all_sessions_of_a_user_end_together(world: World, login: Login) -> None:
    bob = await world.accounts.create("Bob", PASSWORD)
    others = [await world.sessions.open_for(login.user), await world.sessions.open_for(bob)]
    closed: list[str] = []
    for each in (login, *others):
        world.listeners.add(
            each.user.id, each.session_id, lambda *_, name=each.user.name: closed.append(name)
        )
    await world.sessions.end_all(login.user.id)
    assert closed == ["Ada", "Ada"]
    assert [await alive(world, each.token) for each in (login, *others)] == [False, False, True]


async def test_a_disabled_user_is_out_at_once(world: World, login: Login) -> None:
    world.users.disable("Ada")
    assert not await alive(world, login.token)
    assert world.store.rows == {}


async def test_a_session_of_a_deleted_user_is_nobodys(world: World, login: Login) -> None:
    world.users.rows.clear()
    assert not await alive(world, login.token)
