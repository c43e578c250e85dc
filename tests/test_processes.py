"""What a test says inside a server's block is heard."""

from pathlib import Path

import pytest

from tests.processes import server_process


@pytest.mark.parametrize("error", [AssertionError, TimeoutError])
async def test_an_error_of_the_block_is_not_swallowed(tmp_path: Path, error: type[Exception]) -> None:
    with pytest.RaisesGroup(pytest.RaisesGroup(error)):
        async with server_process(tmp_path / "data"):
            raise error
