import pytest

from services.errors import AuthenticationError
from services.identity.codes import OneTimeCodes
from tests.services.identity.stores import World


@pytest.fixture
def one_time(world: World) -> OneTimeCodes:
    return world.codes


async def refused(one_time: OneTimeCodes, purpose: str, code: str) -> bool:
    try:
        await one_time.redeem(purpose, code)
    except AuthenticationError:
        return True
    return False


async def test_a_code_stands_for_its_subject_once(one_time: OneTimeCodes) -> None:
    code = await one_time.issue("login", "u-1", 60)
    assert await one_time.redeem("login", code) == "u-1"
    assert await refused(one_time, "login", code)


async def test_a_code_is_for_one_purpose_and_trying_another_does_not_spend_it(one_time: OneTimeCodes) -> None:
    code = await one_time.issue("login", "u-1", 60)
    assert await refused(one_time, "setup", code)
    assert await one_time.redeem("login", code) == "u-1"


@pytest.mark.parametrize(("seconds", "late"), [(59.9, False), (60.0, True)])
async def test_a_code_expires(world: World, seconds: float, late: bool) -> None:
    code = await world.codes.issue("setup", "", 60)
    world.clock.move(seconds=seconds)
    assert await refused(world.codes, "setup", code) is late


@pytest.mark.parametrize("code", ["", "x", "\ud800", "x" * 100_000])
async def test_other_text_is_no_code(one_time: OneTimeCodes, code: str) -> None:
    await one_time.issue("setup", "", 60)
    assert await refused(one_time, "setup", code)


async def test_codes_are_long_and_random(one_time: OneTimeCodes) -> None:
    issued = {await one_time.issue("login", "u-1", 60) for _ in range(100)}
    assert {len(code) for code in issued} == {64}
    assert len(issued) == 100
