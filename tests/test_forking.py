"""The loaded interpreter of a test process ends with it."""

import sys

import anyio

from tests.forking import ROOT

SCRIPT = "from tests.forking import door; print(door().parent, flush=True)"


async def test_it_goes_with_the_process_that_started_it() -> None:
    told = await anyio.run_process([sys.executable, "-c", SCRIPT], cwd=ROOT, stderr=None)
    folder = anyio.Path(told.stdout.decode().strip())
    with anyio.fail_after(60):
        while await folder.exists():  # the interpreter takes it away when it ends
            await anyio.sleep(0.01)
