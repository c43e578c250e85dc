import anyio
import pytest
from structlog.testing import capture_logs

from services.errors import AuthenticationError, TooMuch, Unavailable
from tests.services.identity.stores import PASSWORD, World

WRONG = "not the password"
HOME, ELSEWHERE = "10.0.0.1", "10.0.0.2"


async def outcome(world: World, name: str, password: str, address: str = HOME) -> str:
    try:
        await world.sessions.login(name, password, address)
    except AuthenticationError as error:
        return str(error)
    except TooMuch as error:
        return error.code
    return "ok"


async def test_the_right_password_opens_a_session(world: World) -> None:
    login = await world.sessions.login("Ada", PASSWORD, HOME)
    identity = await world.sessions.authenticate(login.token)
    assert (identity.user, identity.session_id) == (login.user, login.session_id)
    assert identity.user.name == "Ada"
    assert world.metrics.logins == ["ok"]


@pytest.mark.parametrize("name", ["ada", "ADA", "Ａda"])
async def test_a_name_is_found_in_any_case_and_width(world: World, name: str) -> None:
    assert (await world.sessions.login(name, PASSWORD, HOME)).user.name == "Ada"


@pytest.mark.parametrize(
    "password", ["x" * 129, "x" * 100_000, "\ud800" * 8, "", WRONG, PASSWORD + " ", PASSWORD.upper()]
)
async def test_any_other_password_is_wrong(world: World, password: str) -> None:
    assert await outcome(world, "Ada", password) == "The user name or the password is wrong."


async def test_every_character_of_a_long_password_counts(world: World) -> None:
    long = "".join(chr(0x4E00 + number) for number in range(128))
    await world.accounts.create("Bob", long)
    assert await outcome(world, "Bob", long[:-1] + "x") != "ok"
    assert await outcome(world, "Bob", long) == "ok"


@pytest.mark.parametrize("name", ["Nobody", "", "\ud800", "x" * 10_000, " Ada", "Ada\x00"])
async def test_an_unknown_name_is_answered_like_a_wrong_password_after_the_same_work(
    world: World, name: str
) -> None:
    wrong = await outcome(world, "Ada", WRONG)
    work = len(world.hasher.checked)
    assert await outcome(world, name, WRONG) == wrong
    assert len(world.hasher.checked) == 2 * work == 2


async def test_the_decoy_is_of_todays_strength_and_nobodys_password(world: World) -> None:
    world.hasher.strength = 3
    for password in ("", WRONG, PASSWORD):
        assert await outcome(world, "Nobody", password) != "ok"
    assert {password_hash.partition(":")[0] for password_hash, _ in world.hasher.checked} == {"3"}


async def test_a_password_that_cannot_be_hashed_fits_not_even_an_empty_hash(world: World) -> None:
    world.users.rows["ada"] = world.users.rows["ada"][0], "1:"
    assert await outcome(world, "Ada", "\ud800") != "ok"


async def test_a_disabled_account_is_answered_like_a_wrong_password(world: World) -> None:
    world.users.disable("Ada")
    assert await outcome(world, "Ada", PASSWORD) == await outcome(world, "Nobody", PASSWORD)
    assert len(world.hasher.checked) == 2


async def test_an_outdated_hash_is_renewed_at_login(world: World) -> None:
    world.hasher.strength = 2
    await outcome(world, "Ada", WRONG)
    assert world.users.rows["ada"][1].startswith("1:")
    await world.sessions.login("Ada", PASSWORD, HOME)
    assert world.users.rows["ada"][1] == f"2:{PASSWORD}"


async def test_of_a_thousand_guesses_at_one_account_few_reach_the_hasher(world: World) -> None:
    outcomes = [await outcome(world, "Ada", f"{WRONG} {number}") for number in range(1000)]
    assert len(world.hasher.checked) == 10
    assert outcomes.count("throttled") == 990
    assert await outcome(world, "Ada", PASSWORD, ELSEWHERE) == "ok"


async def test_of_a_thousand_parallel_guesses_few_reach_the_hasher(world: World) -> None:
    async with anyio.create_task_group() as group:
        for number in range(1000):
            group.start_soon(outcome, world, "Ada", f"{WRONG} {number}")
    assert len(world.hasher.checked) == 10
    assert await outcome(world, "Ada", PASSWORD, ELSEWHERE) == "ok"


async def test_of_a_thousand_guesses_from_as_many_addresses_few_reach_the_hasher(world: World) -> None:
    for number in range(1000):
        await outcome(world, "Ada", WRONG, f"10.1.{number // 250}.{number % 250}")
    assert len(world.hasher.checked) == 20


async def test_one_address_cannot_try_one_password_on_every_account(world: World) -> None:
    for number in range(1000):
        await outcome(world, f"user{number}", WRONG)
    assert len(world.hasher.checked) == 10


async def test_unknown_accounts_are_throttled_like_known_ones(world: World) -> None:
    known = [await outcome(world, "Ada", WRONG) for _ in range(12)]
    unknown = [await outcome(world, "Nobody", WRONG, ELSEWHERE) for _ in range(12)]
    assert known == unknown


async def test_the_owner_gets_in_from_a_familiar_address_whoever_guesses(world: World) -> None:
    assert await outcome(world, "Ada", PASSWORD) == "ok"
    for number in range(100):
        await outcome(world, "Ada", WRONG, f"10.2.0.{number}")
        await outcome(world, f"user{number}", WRONG, HOME)
    assert await outcome(world, "Ada", PASSWORD) == "ok"
    assert await outcome(world, "Ada", PASSWORD, ELSEWHERE) == "throttled"


async def test_guessing_from_a_familiar_address_is_throttled_too(world: World) -> None:
    assert await outcome(world, "Ada", PASSWORD) == "ok"
    outcomes = [await outcome(world, "Ada", WRONG) for _ in range(20)]
    assert outcomes.count("throttled") == 10


async def test_nobody_is_locked_out_for_good(world: World) -> None:
    for _ in range(30):
        await outcome(world, "Ada", WRONG)
    with pytest.raises(TooMuch) as caught:
        await world.sessions.login("ada", PASSWORD, HOME)
    assert caught.value.retry_after_s == 300.0
    world.clock.move(seconds=299.9)
    assert await outcome(world, "Ada", PASSWORD) == "throttled"
    world.clock.move(seconds=0.1)
    assert await outcome(world, "Ada", PASSWORD) == "ok"


async def test_an_own_account_does_not_help_in_guessing_others(world: World) -> None:
    await world.accounts.create("Mallory", PASSWORD)
    for _ in range(50):
        await outcome(world, "Mallory", PASSWORD)
        await outcome(world, "Ada", WRONG)
    assert len([1 for _, password in world.hasher.checked if password == WRONG]) == 10


async def test_right_logins_are_never_throttled(world: World) -> None:
    async with anyio.create_task_group() as group:
        for number in range(100):
            await world.accounts.create(f"user{number}", PASSWORD)
        for number in range(100):
            group.start_soon(world.sessions.login, f"user{number}", PASSWORD, HOME)
    assert world.metrics.logins == ["ok"] * 100


async def test_a_guess_counts_also_when_its_author_hangs_up(world: World) -> None:
    for _ in range(30):
        world.hasher.gate = anyio.Event()
        async with anyio.create_task_group() as group:
            group.start_soon(outcome, world, "Ada", WRONG)
            await anyio.wait_all_tasks_blocked()
            group.cancel_scope.cancel()
    assert len(world.hasher.checked) == 10


async def test_who_hangs_up_while_waiting_leaves_the_turn_to_the_next(world: World) -> None:
    world.hasher.gate = anyio.Event()
    async with anyio.create_task_group() as group:
        for _ in range(10):
            group.start_soon(outcome, world, "Ada", PASSWORD)
        await anyio.wait_all_tasks_blocked()
        async with anyio.create_task_group() as impatient:
            for _ in range(5):
                impatient.start_soon(outcome, world, "Ada", PASSWORD)
            await anyio.wait_all_tasks_blocked()
            group.start_soon(outcome, world, "Ada", PASSWORD)
            await anyio.wait_all_tasks_blocked()
            impatient.cancel_scope.cancel()
        world.hasher.gate.set()
    assert world.metrics.logins == ["ok"] * 11


async def test_our_own_trouble_is_no_guess(world: World) -> None:
    world.hasher.trouble = Unavailable("too many logins at once", code="overloaded")
    for _ in range(30):
        with pytest.raises(Unavailable):
            await world.sessions.login("Ada", PASSWORD, HOME)
    world.hasher.trouble = None
    assert await outcome(world, "Ada", PASSWORD) == "ok"


async def test_logins_are_counted_and_failures_logged_without_name_or_password(world: World) -> None:
    with capture_logs() as logs:
        for password in (PASSWORD, *[WRONG] * 11):
            await outcome(world, "Ada", password, ELSEWHERE)
    assert world.metrics.logins == ["ok", *["failed"] * 10, "throttled"]
    assert logs[0] == {"event": "login_failed", "address": ELSEWHERE, "log_level": "info"}
    assert len(logs) == 10
