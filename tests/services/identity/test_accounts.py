import pytest

from services.errors import Conflict, InvalidInput
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
