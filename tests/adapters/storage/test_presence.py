"""A process knows whether it is the only one at work on its data."""

from adapters.storage.presence import FilePresence
from tests.build import build


async def test_the_first_is_alone_the_second_is_not_and_a_leaver_is_forgotten(tmp_path):
    async with build(FilePresence, tmp_path) as first:
        assert first.alone
        async with build(FilePresence, tmp_path) as second:
            assert not second.alone
    async with build(FilePresence, tmp_path) as third:
        assert third.alone
