"""Talking to the application in this process, at its edges."""

from contextlib import aclosing
from pathlib import Path

import pytest

from adapters.cli.local import LocalConversation
from adapters.cli.refusals import Stop
from config.limits import Limits
from config.settings import Settings
from containers import bootstrap


async def kinds(conversation: LocalConversation, *files: Path) -> list[str]:
    async with aclosing(conversation.ask("What is 6 * 7?", None, files)) as events:
        return [event["type"] async for event in events]


async def test_a_ring_that_is_too_small_loses_events_but_never_the_end(here: Path) -> None:
    settings = Settings(data=here / "data", limits=Limits(ring_events=1))
    async with bootstrap(settings) as application:
        seen = await kinds(LocalConversation(application, 1000))
    assert seen[-1] == "agent_completed"


async def test_a_file_that_went_away_is_named(here: Path) -> None:
    async with bootstrap(Settings(data=here / "data")) as application:
        with pytest.raises(Stop, match=r"--file .*gone\.csv: No such file"):
            await kinds(LocalConversation(application, 1000), here / "gone.csv")


async def test_there_is_nothing_to_cancel_before_and_after_a_run(here: Path) -> None:
    async with bootstrap(Settings(data=here / "data")) as application:
        conversation = LocalConversation(application, 1000)
        assert not await conversation.cancel()
        await kinds(conversation)
        assert not await conversation.cancel()
