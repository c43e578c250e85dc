"""The contracts of every account store and session store."""

from dataclasses import replace
from datetime import timedelta

import anyio
import pytest

from services.errors import Conflict, NotFound
from services.ports.identity import Session, SessionStore, User, UserStore
from tests.contracts.storage.conftest import HandClock

ANN = User("u1", "Ann", frozenset({"user", "admin"}))


def session_of(clock: HandClock, number: int = 1, user_id: str = "u1") -> Session:
    now = clock.now()
    return Session(f"s{number}", user_id, f"hash{number}", now, now, now + timedelta(days=7))


async def test_an_account_is_found_by_id_and_by_name_in_any_case(users: UserStore) -> None:
    await users.add(ANN, "hash")
    assert await users.by_id("u1") == ANN
    assert await users.by_name("Ann") == await users.by_name("aNN") == (ANN, "hash")


async def test_an_unknown_account_is_nobody(users: UserStore) -> None:
    assert await users.by_id("u1") is None
    assert await users.by_name("Ann") is None
    assert await users.count() == 0


@pytest.mark.parametrize(("name", "other"), [("Ann", "ANN"), ("Ä", "ä"), ("é", "e\u0301"), ("Σ", "ς")])
async def test_a_name_that_differs_in_case_only_is_taken(users: UserStore, name: str, other: str) -> None:
    await users.add(replace(ANN, name=name), "hash")
    with pytest.raises(Conflict) as refused:
        await users.add(User("u2", other, frozenset()), "hash")
    assert refused.value.code == "name_taken"
    assert [error.field for error in refused.value.errors] == ["username"]
    assert await users.count() == 1


async def test_of_many_who_want_a_name_one_gets_it(users: UserStore) -> None:
    refused = 0

    async def add(number: int) -> None:
        nonlocal refused
        try:
            await users.add(User(f"u{number}", "Ann", frozenset()), "hash")
        except Conflict:
            refused += 1

    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(add, number)
    assert (refused, await users.count()) == (9, 1)


async def test_accounts_are_listed_by_name(users: UserStore) -> None:
    for number, name in enumerate(("bob", "Zoe", "Ann")):
        await users.add(User(f"u{number}", name, frozenset(), disabled=name == "bob"), "hash")
    assert [(user.name, user.disabled) for user in await users.users()] == [
        ("Ann", False),
        ("bob", True),
        ("Zoe", False),
    ]


async def test_a_password_is_replaced(users: UserStore) -> None:
    await users.add(ANN, "old")
    await users.set_password("u1", "new")
    assert await users.by_name("ann") == (ANN, "new")
    with pytest.raises(NotFound):
        await users.set_password("unknown", "new")


async def test_a_session_is_found_by_its_hash_even_when_expired(
    sessions: SessionStore, clock: HandClock
) -> None:
    session = session_of(clock)
    await sessions.add(session)
    clock.move(10**7)
    assert await sessions.by_token_hash("hash1") == session
    assert await sessions.by_token_hash("other") is None


async def test_a_use_is_noted(sessions: SessionStore, clock: HandClock) -> None:
    await sessions.add(session_of(clock))
    used = clock.move(60)
    await sessions.touch("s1", used)
    await sessions.touch("unknown", used)
    found = await sessions.by_token_hash("hash1")
    assert found is not None
    assert found.last_used_at == used


async def test_a_session_ends_and_may_be_ended_again(sessions: SessionStore, clock: HandClock) -> None:
    await sessions.add(session_of(clock))
    await sessions.end("s1")
    await sessions.end("s1")
    assert await sessions.by_token_hash("hash1") is None


async def test_all_sessions_of_one_user_end_at_once(sessions: SessionStore, clock: HandClock) -> None:
    for number, user_id in ((1, "u1"), (2, "u1"), (3, "u2")):
        await sessions.add(session_of(clock, number, user_id))
    assert sorted(await sessions.end_all("u1")) == ["s1", "s2"]
    assert await sessions.end_all("u1") == []
    assert await sessions.by_token_hash("hash3") is not None


async def test_a_session_token_is_unique(sessions: SessionStore, clock: HandClock) -> None:
    await sessions.add(session_of(clock))
    with pytest.raises(Conflict):
        await sessions.add(replace(session_of(clock), session_id="s2"))
