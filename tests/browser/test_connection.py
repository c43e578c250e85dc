"""What the page does when the connection goes away, comes back, or is refused."""

import json
import re
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from playwright.async_api import WebSocketRoute, expect

from tests.browser.conftest import PageServer, Visit
from tests.browser.screen import Screen
from tests.browser.tools import GATES

pytestmark = pytest.mark.needs("chromium")


def numbers(screen: Screen) -> list[int]:
    """The seq of every event the page received, over all its sockets."""
    return [event["seq"] for event in map(json.loads, screen.frames) if "seq" in event]


async def test_nothing_is_lost_or_doubled_while_the_network_is_away(screen: Screen) -> None:
    await screen.ask("read offline-gate")
    await expect(screen.page.get_by_role("progressbar")).to_be_visible()
    await screen.context.set_offline(True)
    await expect(screen.page.locator(".link-words")).to_have_text("Offline")
    GATES["offline-gate"].set()
    await screen.ask("written while away")
    await expect(screen.page.locator(".question-meta").last).to_have_text("Waiting for the connection")
    await screen.context.set_offline(False)
    await screen.ended(count=2)
    seen = numbers(screen)
    assert seen == list(range(seen[0], seen[0] + len(seen)))
    await expect(screen.page.locator(".question-text")).to_have_text(
        ["read offline-gate", "written while away"]
    )


async def test_the_button_reconnects_at_once(screen: Screen) -> None:
    await screen.context.set_offline(True)
    button = screen.page.get_by_role("button", name="Reconnect now")
    await expect(button).to_be_visible()
    await screen.evaluate("() => { window.addEventListener = () => {}; }")
    await screen.context.set_offline(False)
    await screen.connected()
    await expect(button).to_be_hidden()


class FakeServer:
    """Each connection gets the next script: messages, and numbers that close it."""

    def __init__(self, *scripts: list[dict[str, Any] | int]) -> None:
        self.scripts, self.urls, self.said = list(scripts), list[str](), list[dict[str, Any]]()
        self.sockets: list[WebSocketRoute] = []
        self._news = anyio.Event()

    def asked(self) -> list[dict[str, Any]]:
        """The questions that came, repetitions too."""
        return [message for message in self.said if message["type"] == "user_message"]

    async def until(self, holds: Callable[[], bool]) -> None:
        """Return once it holds; it is looked at whenever something comes."""
        with anyio.fail_after(15):
            while not holds():
                self._news = anyio.Event()
                await self._news.wait()

    async def connect(self, socket: WebSocketRoute) -> None:
        self.urls.append(socket.url.partition("/ws")[2])
        self.sockets.append(socket)
        socket.on_message(self._heard)
        for message in self.scripts.pop(0) if self.scripts else []:
            if isinstance(message, int):
                await socket.close(code=message, reason="as scripted")
            else:
                socket.send(json.dumps(message))
        self._news.set()

    def _heard(self, text: str | bytes) -> None:
        self.said.append(json.loads(text))
        self._news.set()


def hello(head: int, *, resumed: bool = False) -> dict[str, Any]:
    place = {"epoch": "e1", "head": head, "first": 1, "resumed": resumed}
    return {"type": "hello", "v": 1, "user_id": "u", **place, "heartbeat_s": 20}


def event(seq: int, kind: str = "agent_thinking", **payload: Any) -> dict[str, Any]:
    place = {"run_id": "r1", "thread_id": "t1", "agent_name": "assistant", "user_id": "u"}
    numbers = {"epoch": "e1", "seq": seq, "run_seq": seq, "timestamp": "2026-11-20T18:00:00.000000+00:00"}
    return {"type": kind, **place, **numbers, "payload": {"reasoning": f"thought {seq}", **payload}}


async def faked(visit: Visit, server: PageServer, fake: FakeServer) -> Screen:
    window = await visit()
    await window.page.route_web_socket("**/ws*", fake.connect)
    await window.open()
    name = await server.account()
    await window.page.get_by_label("User name").fill(name)
    await window.page.get_by_label("Password").fill("the door stands open")
    await window.page.keyboard.press("Enter")
    return window


async def test_a_hole_makes_the_page_resume_after_the_last_event_it_took(
    visit: Visit, page_server: PageServer
) -> None:
    fake = FakeServer(
        [hello(7), event(8), event(8), event(10)],
        [hello(10, resumed=True), event(9), event(10, "agent_completed")],
    )
    await faked(visit, page_server, fake)
    await fake.until(lambda: {"type": "ack", "seq": 10} in fake.said)
    assert fake.urls == ["", "?after=e1:8"]


async def test_a_ping_that_knows_more_makes_the_page_resume(visit: Visit, page_server: PageServer) -> None:
    ping = {"type": "ping", "head": 9, "timestamp": "2026-11-20T18:00:00+00:00"}
    fake = FakeServer([hello(7), event(8), ping], [hello(9, resumed=True), event(9, "agent_completed")])
    await faked(visit, page_server, fake)
    await fake.until(lambda: {"type": "ack", "seq": 9} in fake.said)
    assert fake.urls == ["", "?after=e1:8"]


async def test_acknowledgements_are_cumulative(visit: Visit, page_server: PageServer) -> None:
    fake = FakeServer([hello(0), *(event(seq) for seq in range(1, 65))])
    await faked(visit, page_server, fake)
    await fake.until(lambda: {"type": "ack", "seq": 64} in fake.said)
    assert [message["seq"] for message in fake.said if message["type"] == "ack"] == [32, 64]


async def test_after_goodbye_the_page_comes_back_when_it_was_told_to(
    visit: Visit, page_server: PageServer
) -> None:
    fake = FakeServer([hello(0), {"type": "bye", "retry_ms": 60_000}, 1012])
    window = await faked(visit, page_server, fake)
    await expect(window.page.locator(".link-words")).to_have_text(
        re.compile(r"Reconnecting in (\d\d s|1 min|2 min)…")
    )
    await window.page.get_by_role("button", name="Reconnect now").click()
    await fake.until(lambda: len(fake.urls) == 2)


async def test_closed_by_4401_the_page_asks_for_the_login(visit: Visit, page_server: PageServer) -> None:
    window = await faked(visit, page_server, FakeServer([hello(0), 4401]))
    await expect(window.page.get_by_role("button", name="Log in")).to_be_visible()
    await expect(window.page.get_by_text("Your session has ended. Log in again.")).to_be_visible()


@pytest.mark.parametrize(
    ("code", "why"), [(4503, "open in too many places"), (4502, "Reload it"), (4777, "4777: as scripted")]
)
async def test_codes_from_4500_on_end_it_with_a_reason(
    visit: Visit, page_server: PageServer, code: int, why: str
) -> None:
    fake = FakeServer([hello(0), code])
    window = await faked(visit, page_server, fake)
    await expect(window.page.locator(".banner")).to_contain_text(why)
    await expect(window.page.locator(".link-words")).to_have_text("Disconnected")
    await window.page.get_by_role("button", name="Reconnect now").click()
    await fake.until(lambda: len(fake.urls) == 2)


async def test_an_unanswered_message_goes_out_again_under_the_same_id(
    visit: Visit, page_server: PageServer
) -> None:
    fake = FakeServer([hello(0)], [hello(0, resumed=True)], [hello(0)])
    window = await faked(visit, page_server, fake)
    await window.connected()
    await window.ask("only once")
    await fake.until(lambda: len(fake.asked()) == 1)
    await fake.sockets[0].close(code=4003, reason="lost")
    await fake.until(lambda: len(fake.asked()) == 2)
    await window.page.reload()
    await fake.until(lambda: len(fake.asked()) == 3)
    assert len({message["message_id"] for message in fake.asked()}) == 1


async def test_a_message_refused_because_of_a_restart_goes_out_again_by_itself(
    visit: Visit, page_server: PageServer
) -> None:
    fake = FakeServer([hello(0)], [hello(0, resumed=True)])
    window = await faked(visit, page_server, fake)
    await window.connected()
    await window.ask("patience")
    await fake.until(lambda: len(fake.asked()) == 1)
    refusal = {
        "type": "rejected",
        "message_id": fake.asked()[0]["message_id"],
        "code": "draining",
        "detail": "later",
    }
    fake.sockets[0].send(json.dumps(refusal))
    await fake.sockets[0].close(code=1012)
    await fake.until(lambda: len(fake.asked()) == 2)
    await expect(window.page.locator(".callout:visible")).to_have_count(0)


async def test_a_type_nobody_knows_is_passed_over(visit: Visit, page_server: PageServer) -> None:
    news = {**event(1, "weather_changed"), "payload": {}}
    fake = FakeServer(
        [hello(0), {"type": "fanfare", "volume": 11}, news, event(2, "agent_completed", result="x")]
    )
    window = await faked(visit, page_server, fake)
    await fake.until(lambda: {"type": "ack", "seq": 2} in fake.said)
    assert window.complaints == []


async def test_a_waiting_call_can_be_approved(visit: Visit, page_server: PageServer) -> None:
    call = {
        "tool_name": "pay",
        "parameters": {"amount": 5},
        "call_id": "c1",
        "expires_at": "",
        "message": "Pay 5?",
    }
    fake = FakeServer([hello(0)])
    window = await faked(visit, page_server, fake)
    await window.connected()
    await window.ask("pay the bill")
    await fake.until(lambda: len(fake.asked()) == 1)
    accepted = {
        "type": "accepted",
        "message_id": fake.asked()[0]["message_id"],
        "run_id": "r1",
        "thread_id": "t1",
    }
    for message in (
        accepted,
        event(1, "agent_started", context={}),
        event(2, "tool_approval_required", **call),
    ):
        fake.sockets[0].send(json.dumps(message))
    await expect(window.page.locator(".summary-words")).to_contain_text("Waiting for a decision")
    await window.page.get_by_role("button", name="Approve").click()
    await fake.until(lambda: {"type": "approve", "call_id": "c1"} in fake.said)
    fake.sockets[0].send(json.dumps(event(3, "tool_approval_decided", call_id="c1", decision="approved")))
    await expect(window.page.get_by_role("button", name="Approve")).to_have_count(0)
    await expect(window.page.locator("[data-kind=approval] .step-outcome")).to_have_text("approved")
