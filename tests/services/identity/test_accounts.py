import pytest

from services.errors import AuthenticationError, Conflict, InvalidInput, NotFound
from services.identity.accounts import Accounts
from tests.build import build
from tests.services.identity.stores import PASSWORD, World


def fields(error: InvalidInput) -> list[str]:
    return [each.field for each in error.errors]


async def test_a_new_account_can_be_found_and_counted(world: World) -> None:
    user = await world.accounts.create("Bob", PASSWORD, frozenset({"user", "admin"}))
    assert user.id.startswith("u_")
    assert await world.accounts.user(user.id) == user
    assert user.roles == frozenset({"user", "admin"})
    assert [each.name for each in await world.accounts.users()] == ["Ada", "Bob"]
    assert await world.accounts.count() == 2
    assert await world.accounts.user("u_unknown") is None


@pytest.mark.parametrize("taken", ["ada", "ADA", "Ａｄａ"])
async def test_a_name_is_taken_in_any_case_and_width(world: World, taken: str) -> None:
    with pytest.raises(Conflict) as caught:
        await world.accounts.create(taken, PASSWORD)
    assert caught.value.code == "name_taken"


@pytest.mark.parametrize(
    "name",
    ["", " ", " Bob", "Bob ", "B\nob", "B\x00b", "B\u200bob", "B\u202eob", "\ud800", "x" * 65, "\u00a0Bob"],
)
async def test_a_name_that_cannot_be_shown_or_typed_is_refused(world: World, name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        await world.accounts.create(name, PASSWORD)
    assert fields(caught.value) == ["username"]


@pytest.mark.parametrize("name", ["B", "x" * 64, "Łukasz Żółć", "山田 太郎", "o'hara@example.org"])
async def test_a_name_may_be_anything_printable(world: World, name: str) -> None:
    assert (await world.accounts.create(name, PASSWORD)).name == name


async def test_all_wrong_fields_are_named_at_once(world: World) -> None:
    with pytest.raises(InvalidInput) as caught:
        await world.accounts.create("", "short", frozenset())
    assert fields(caught.value) == ["username", "password", "roles"]
    assert "short" not in str(caught.value).replace("shortest", "")
    assert await world.accounts.count() == 1


async def test_the_operator_may_ask_for_longer_passwords(world: World) -> None:
    strict = build(Accounts, world.users, world.hasher, world.endings, 15)
    with pytest.raises(InvalidInput, match="must have 15 to 128 characters"):
        await strict.create("Bob", "x7#kQ9!mZ2&pL4")
    await strict.create("Bob", "x7#kQ9!mZ2&pL4v")


async def test_a_changed_password_ends_the_sessions_that_the_old_one_opened(world: World) -> None:
    login = await world.sessions.login("Ada", PASSWORD, "10.0.0.1")
    user = await world.accounts.named("ada")
    await world.accounts.change_password(user, "three green doors")
    with pytest.raises(AuthenticationError):
        await world.sessions.authenticate(login.token)
    with pytest.raises(AuthenticationError):
        await world.sessions.login("Ada", PASSWORD, "10.0.0.1")
    assert (await world.sessions.login("Ada", "three green doors", "10.0.0.1")).user == user
    assert world.notices.posted == [("sessions_ended", login.session_id)]


@pytest.mark.parametrize("password", ["short", "password", "Ada" * 100, "\ud800" * 12])
async def test_a_bad_new_password_changes_nothing(world: World, password: str) -> None:
    login = await world.sessions.login("Ada", PASSWORD, "10.0.0.1")
    with pytest.raises(InvalidInput, match="password"):
        await world.accounts.change_password(login.user, password)
    assert (await world.sessions.authenticate(login.token)).user == login.user


async def test_a_disabled_account_is_out_and_may_come_back(world: World) -> None:
    login = await world.sessions.login("Ada", PASSWORD, "10.0.0.1")
    await world.accounts.disable(login.user)
    assert world.notices.posted == [("sessions_ended", login.session_id)]
    with pytest.raises(AuthenticationError):
        await world.sessions.login("Ada", PASSWORD, "10.0.0.1")
    await world.accounts.enable(login.user)
    await world.sessions.login("Ada", PASSWORD, "10.0.0.1")
    with pytest.raises(NotFound):
        await world.accounts.named("nobody")
