"""What a person does with the page, from the login to the answer and back after a reload."""

import pytest
from playwright.async_api import expect

from tests.browser.conftest import PageServer, Visit
from tests.browser.screen import Screen
from tests.browser.tools import GATES

pytestmark = pytest.mark.needs("chromium")


async def test_a_question_shows_its_steps_and_its_answer_and_a_reload_keeps_both(screen: Screen) -> None:
    await screen.ask("compare the regions")
    await screen.ended()
    await screen.unfold()
    assert {"calculate", "current_time", "Writing the answer", "Finished"} <= set(await screen.titles())
    before = await screen.titles()
    await screen.page.reload()
    await expect(screen.page.locator(".question-text")).to_have_text("compare the regions")
    await expect(screen.answer.get_by_role("table")).to_contain_text("412,380.50")
    await expect(screen.page.locator(".summary-words")).to_contain_text("2 tools · ")
    await screen.unfold()
    assert await screen.titles() == before
    assert screen.complaints == []


async def test_events_are_seen_while_the_run_goes_on(screen: Screen) -> None:
    await screen.ask("read live-gate")
    await expect(screen.page.locator(".summary-words")).to_contain_text("Using read_slowly")
    await expect(screen.page.get_by_role("progressbar")).to_have_attribute("aria-valuenow", "40")
    await expect(screen.page.locator(".bar-words")).to_contain_text("read 9,600 of 24,000 rows")
    GATES["live-gate"].set()
    await screen.ended()
    await expect(screen.answer).to_have_text("You said: live-gate")


async def test_a_reload_in_the_middle_finds_the_run_going_on(screen: Screen) -> None:
    await screen.ask("read reload-gate")
    await expect(screen.page.get_by_role("progressbar")).to_be_visible()
    await screen.page.reload()
    await expect(screen.page.locator(".summary-words")).to_contain_text("Using read_slowly")
    GATES["reload-gate"].set()
    await screen.ended()
    await screen.unfold()
    assert (await screen.titles()).count("read_slowly") == 1


async def test_a_whole_run_needs_no_mouse(visit: Visit, page_server: PageServer) -> None:
    window = await visit()
    await window.open()
    keys = window.page.keyboard
    await expect(window.page.get_by_label("User name")).to_be_focused()
    for text in (await page_server.account(), "\t", "the door stands open", "\n"):
        await (keys.press({"\t": "Tab", "\n": "Enter"}[text]) if text in "\t\n" else keys.type(text))
    await window.connected()
    await expect(window.page.get_by_label("Your question")).to_be_focused()
    await keys.type("compare")
    await keys.press("Shift+Enter")
    await keys.type("these")
    async with window.page.expect_response("**/api/threads/*/messages*"):  # the new thread is opened
        await keys.press("Enter")
    await window.ended()
    await expect(window.page.locator(".question-text")).to_have_text("compare\nthese")
    await window.page.locator(".summary").focus()
    await keys.press("Enter")
    details = window.page.get_by_role("button", name="Details of calculate")
    await expect(details).to_be_visible()  # who presses Tab sooner than it unfolds passes it by
    await keys.press("Tab")
    await expect(details).to_be_focused()
    await keys.press("Enter")
    await expect(window.page.get_by_role("region", name="Arguments").first).to_contain_text(
        "412380.50 / 1145914.35 * 100"
    )


async def test_the_first_tab_offers_to_skip_to_the_question(screen: Screen) -> None:
    await screen.evaluate("() => document.activeElement.blur()")
    await screen.evaluate(
        "() => document.body.prepend(Object.assign(document.createElement('i'), {tabIndex: 0, id: 'x'}))"
    )
    await screen.page.locator("#x").focus()
    await screen.page.keyboard.press("Tab")
    await expect(screen.page.get_by_role("link", name="Skip to the question")).to_be_focused()
    await screen.page.keyboard.press("Enter")
    await expect(screen.page.get_by_label("Your question")).to_be_focused()


async def test_an_example_is_asked_with_one_click(screen: Screen) -> None:
    example = screen.page.locator(".examples button").first
    words = (await example.inner_text()).strip()
    await example.click()
    await expect(screen.page.locator(".question-text")).to_have_text(words)
    await screen.ended()


async def conversations(screen: Screen, *texts: str) -> None:
    """Begin one with each text, and see it end: what ended before may stand there for a moment longer."""
    for text in texts:
        await screen.page.get_by_role("link", name="New conversation").click()
        await screen.ask(text)
        await expect(screen.page.locator(".thread-title").first).to_have_text(text)
        await expect(screen.page.locator(".question-text")).to_have_text(text)
        await screen.ended()


async def test_threads_are_listed_newest_first_and_opened_by_address(screen: Screen) -> None:
    await conversations(screen, "first words", "second words")
    threads = screen.page.locator(".thread-title")
    await expect(threads).to_have_text(["second words", "first words"])
    await threads.last.click()
    await expect(screen.page.locator(".question-text")).to_have_text("first words")
    await screen.page.reload()
    await expect(screen.page.locator(".question-text")).to_have_text("first words")
    await screen.open("/#/t/nobody-has-this")
    await expect(screen.page.get_by_text("There is no such conversation here.")).to_be_visible()


async def test_a_question_goes_where_the_address_points_already(screen: Screen) -> None:
    await screen.ask("first words")
    await screen.ended()
    await screen.page.get_by_label("Your question").fill("second words")
    # In one turn: the event that tells of a new address comes after it.
    await screen.evaluate(
        "() => { location.hash = '#/'; document.querySelector('form.composer').requestSubmit(); }"
    )
    await expect(screen.page.locator(".thread-title")).to_have_text(["second words", "first words"])


async def test_arrow_keys_move_through_the_threads(screen: Screen) -> None:
    await conversations(screen, "one", "two", "three")
    links = screen.page.locator(".threads a")
    await links.first.focus()
    await screen.page.keyboard.press("ArrowDown")
    await expect(links.nth(1)).to_be_focused()
    await screen.page.keyboard.press("End")
    await expect(links.last).to_be_focused()
    assert await links.evaluate_all("links => links.filter((link) => link.tabIndex === 0).length") == 1


async def test_a_wrong_password_is_told_beside_the_form(visit: Visit, page_server: PageServer) -> None:
    window = await visit()
    await window.open()
    await window.page.get_by_label("User name").fill(await page_server.account())
    await window.page.get_by_role("button", name="Log in").click()
    await expect(window.page.locator("#password-error")).to_have_text("Password is missing.")
    await window.page.get_by_label("Password").fill("not this one")
    await window.page.keyboard.press("Enter")
    await expect(window.page.get_by_role("alert")).to_have_text("That user name and password do not match.")


async def test_a_wrong_set_up_code_is_refused_in_words(visit: Visit) -> None:
    window = await visit()
    await window.open()
    await window.page.get_by_role("button", name="First start? Use your set-up code").click()
    for label, text in (
        ("Set-up code", "nope"),
        ("User name", "root"),
        ("New password", "long enough for this"),
    ):
        await window.page.get_by_label(label).fill(text)
    await window.page.get_by_role("button", name="Make the account").click()
    await expect(window.page.get_by_role("alert")).to_contain_text("wrong or used up")


async def test_logging_out_leaves_nothing_behind(screen: Screen) -> None:
    await screen.ask("my secret plan")
    await screen.ended()
    await screen.page.get_by_label("Your question").fill("half a thought")
    await screen.page.get_by_role("button", name="Log out").click()
    await expect(screen.page.get_by_role("button", name="Log in")).to_be_visible()
    assert "my secret plan" not in await screen.page.content()
    await screen.page.reload()
    await expect(screen.page.get_by_role("button", name="Log in")).to_be_visible()


async def test_the_theme_is_remembered(screen: Screen) -> None:
    await screen.page.get_by_role("button", name="Theme: as the system").click()
    await screen.page.get_by_role("button", name="Theme: light").click()
    await screen.page.reload()
    await expect(screen.page.get_by_role("button", name="Theme: dark")).to_be_visible()
    assert await screen.evaluate("() => getComputedStyle(document.documentElement).colorScheme") == "dark"
