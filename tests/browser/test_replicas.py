"""The page whose replica goes away reconnects by itself, meets the other one, and misses nothing."""

import json

import pytest
from playwright.async_api import Browser, expect

from tests.browser.screen import Screen
from tests.browser.stage import StageModel
from tests.browser.tools import GATES
from tests.faults.proxy import FaultProxy
from tests.scenarios.client import PASSWORD
from tests.scenarios.replicas import replicas

pytestmark = [pytest.mark.needs("chromium"), pytest.mark.needs("postgres")]


def port(url: str) -> int:
    return int(url.rpartition(":")[2])


async def test_the_page_goes_on_at_the_other_replica(tmp_path, postgres_url: str, browser: Browser) -> None:
    def prepare(container):
        container.model.override(StageModel())

    tools = {"modules": ["tests.browser.tools"]}
    async with (
        FaultProxy.before(0) as proxy,
        replicas(tmp_path / "data", postgres_url, prepare, [proxy.url], tools=tools) as pair,
        await browser.new_context() as context,
    ):
        proxy.target = port(pair.a.url)
        await pair.a.application.accounts.create("visitor", PASSWORD)
        window = Screen(await context.new_page(), context, proxy.url).listen()
        await window.open()
        await window.log_in("visitor", PASSWORD)
        await window.ask("read replica-gate")
        await expect(window.page.get_by_role("progressbar")).to_be_visible()
        before, sockets_of_b = len(window.frames), pair.b.application.asgi.state.door.sockets

        proxy.target = port(pair.b.url)
        assert sockets_of_b.count() == 0
        assert await proxy.cut() > 0
        GATES["replica-gate"].set()
        await window.ended()
        await window.connected()

        assert sockets_of_b.count() == 1
        assert pair.a.application.asgi.state.door.sockets.count() == 0
        hello = next(m for m in map(json.loads, window.frames[before:]) if m["type"] == "hello")
        assert hello["resumed"] is True
        seen = [event["seq"] for event in map(json.loads, window.frames) if "seq" in event]
        assert seen == list(range(seen[0], seen[0] + len(seen)))
        await expect(window.answer).to_have_text("You said: replica-gate")
