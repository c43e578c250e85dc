import threading

import anyio
import pytest

from adapters import passwords
from adapters.passwords import Argon2Hasher
from config.settings import Auth
from services.errors import Unavailable
from tests.build import build


@pytest.fixture
def hasher() -> Argon2Hasher:
    made: Argon2Hasher = build(Argon2Hasher, Auth())
    return made


async def test_hashes_are_argon2id_of_the_settings_strength_each_with_its_salt(hasher: Argon2Hasher) -> None:
    one, two = await hasher.hash("seven purple lamps"), await hasher.hash("seven purple lamps")
    assert one.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert one != two


async def test_only_the_same_password_fits(hasher: Argon2Hasher) -> None:
    long = "ÿ" * 127
    password_hash = await hasher.hash(long + "a")
    assert await hasher.verify(password_hash, long + "a")
    assert not await hasher.verify(password_hash, long + "b")
    assert not await hasher.verify(password_hash, long)


@pytest.mark.parametrize(
    "malformed", ["", "x", "$argon2id$", "$2b$12$abc", "$argon2id$v=19$m=19456,t=2,p=1$x$y"]
)
async def test_a_malformed_hash_fits_nothing_and_is_outdated(hasher: Argon2Hasher, malformed: str) -> None:
    assert not await hasher.verify(malformed, "")
    assert hasher.outdated(malformed)


async def test_a_hash_is_outdated_when_the_settings_have_become_stronger(hasher: Argon2Hasher) -> None:
    stronger: Argon2Hasher = build(Argon2Hasher, Auth(hash_iterations=3))
    password_hash = await hasher.hash("seven purple lamps")
    assert not hasher.outdated(password_hash)
    assert stronger.outdated(password_hash)
    assert await stronger.verify(password_hash, "seven purple lamps")


class Slow:
    """Hashes nothing until it may; runs in the hasher's threads."""

    def __init__(self) -> None:
        self.may = threading.Event()
        self.running = self.most = 0

    def hash(self, password: str) -> str:
        self.running += 1
        self.most = max(self.most, self.running)
        assert self.may.wait(10)
        self.running -= 1
        return password


async def test_no_more_than_two_hash_at_once_and_the_loop_goes_on(hasher: Argon2Hasher) -> None:
    slow = hasher._argon2 = Slow()  # type: ignore[assignment]
    async with anyio.create_task_group() as group:
        for number in range(6):
            group.start_soon(hasher.hash, f"password {number}")
        await anyio.wait_all_tasks_blocked()
        assert hasher._limiter.statistics().tasks_waiting == 4
        slow.may.set()
    assert slow.most == 2


async def test_a_crowd_is_refused(hasher: Argon2Hasher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "MOST_WAITING", 1)
    slow = hasher._argon2 = Slow()  # type: ignore[assignment]
    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(hasher.hash, f"password {number}")
        await anyio.wait_all_tasks_blocked()
        for call in (hasher.hash("x"), hasher.verify("x", "y")):
            with pytest.raises(Unavailable) as caught:
                await call
            assert (caught.value.code, caught.value.retry_after_s) == ("overloaded", 5.0)
        slow.may.set()
