"""The page at two widths, in light and dark, in its four states: nothing overflows, and axe finds nothing."""

import os
from collections.abc import Awaitable, Callable
from itertools import product
from pathlib import Path
from typing import Any, Literal

import anyio
import pytest
from playwright.async_api import ViewportSize, expect

from tests.browser.conftest import PageServer, Visit
from tests.browser.screen import Screen
from tests.browser.tools import GATES

pytestmark = pytest.mark.needs("chromium")

AXE = Path(__file__).parent / "vendor" / "axe-core" / "4.14.1" / "axe.min.js"
PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
WIDTHS: dict[str, ViewportSize] = {
    "1280": {"width": 1280, "height": 860},
    "390": {"width": 390, "height": 844},
}
Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")


async def empty(screen: Screen) -> None:
    await expect(screen.page.locator(".welcome")).to_be_visible()


async def going(screen: Screen) -> None:
    await screen.ask("Read harbour.csv and name the busiest day.")
    await expect(screen.page.get_by_role("progressbar")).to_be_visible()


async def finished(screen: Screen) -> None:
    await screen.ask("Compare the regions by revenue, please.")
    await screen.ended()
    await screen.unfold()
    await screen.page.get_by_role("button", name="Details of calculate").click()


async def answered(screen: Screen) -> None:
    await screen.ask("Compare the regions by revenue, please.")
    await screen.ended()
    await screen.unfold()
    await screen.page.locator(".scroller").evaluate("(box) => { box.scrollTop = 0; }")


async def failed(screen: Screen) -> None:
    await screen.ask("Sum net_revenue")
    await screen.ended("failed")


STATES: dict[str, Callable[[Screen], Awaitable[None]]] = {
    "empty": empty,
    "running": going,
    "finished": finished,
    "answered": answered,
    "failed": failed,
}


async def inside(visit: Visit, server: PageServer, width: str, scheme: Scheme) -> Screen:
    window = await visit(viewport=WIDTHS[width], color_scheme=scheme)
    await window.open()
    await window.log_in(await server.account())
    return window


async def shown(window: Screen, state: str) -> None:
    """Bring about the state in a new conversation; what the last one still reads may go on."""
    GATES.pop("harbour.csv", anyio.Event()).set()
    await window.open("/#/")
    await STATES[state](window)


async def overflowing(screen: Screen) -> list[str]:
    """What is wider than its place, of the things that must not scroll sideways."""
    script = """() => [...document.querySelectorAll('html, .scroller, .threads-box, .steps, .composer')]
      .filter((box) => box.scrollWidth > box.clientWidth).map((box) => box.className || box.tagName)"""
    return list(await screen.evaluate(script))


async def violations(screen: Screen) -> list[Any]:
    await screen.evaluate(AXE.read_text(encoding="utf-8"))
    found = await screen.evaluate("async () => (await axe.run(document)).violations")
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]


SETTLED = "() => !document.getAnimations().some((one) => one instanceof CSSTransition)"


async def look_from_all_sides(window: Screen, state: str) -> None:
    """Nothing is wrong with the state in either width, light and dark; it ends as wide as it began."""
    for width, scheme in product(("390", "1280"), SCHEMES):
        await window.page.set_viewport_size(WIDTHS[width])
        await window.page.emulate_media(color_scheme=scheme)
        await window.page.wait_for_function(SETTLED)
        assert (state, width, scheme, await violations(window)) == (state, width, scheme, [])
        assert (state, width, scheme, await overflowing(window)) == (state, width, scheme, [])


async def test_axe_finds_nothing_and_nothing_overflows_in_any_state(
    visit: Visit, page_server: PageServer
) -> None:
    window = await inside(visit, page_server, "1280", "light")
    for state in STATES:
        await shown(window, state)
        await look_from_all_sides(window, state)


async def test_axe_finds_nothing_at_the_entrance(visit: Visit) -> None:
    window = await visit()
    await window.open()
    await window.page.get_by_role("button", name="First start?").click()
    await window.page.get_by_role("button", name="Make the account").click()
    await look_from_all_sides(window, "entrance")


async def test_on_a_phone_the_threads_are_a_drawer_that_escape_closes(
    visit: Visit, page_server: PageServer
) -> None:
    window = await inside(visit, page_server, "390", "light")
    menu = window.page.get_by_role("button", name="Conversations")
    await expect(window.page.locator(".sidebar")).to_be_hidden()
    await menu.click()
    await expect(window.page.get_by_role("link", name="New conversation")).to_be_focused()
    assert await violations(window) == []
    await window.page.keyboard.press("Escape")
    await expect(window.page.locator(".sidebar")).to_be_hidden()
    await expect(menu).to_be_focused()


@pytest.mark.skipif(
    "SOLEDOOR_PICTURES" not in os.environ, reason="writes docs/pictures: set SOLEDOOR_PICTURES=1"
)
@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", SCHEMES)
async def test_pictures_are_taken(visit: Visit, page_server: PageServer, width: str, scheme: Scheme) -> None:
    window = await inside(visit, page_server, width, scheme)
    PICTURES.mkdir(parents=True, exist_ok=True)
    for state in STATES:
        await shown(window, state)
        await window.page.mouse.move(0, 0)
        await window.page.screenshot(path=PICTURES / f"{state}-{width}-{scheme}.png")
