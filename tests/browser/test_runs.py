"""What is seen of runs that do not simply succeed, of waiting ones, and of what was cut."""

import json

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.screen import Screen
from tests.browser.tools import GATES

pytestmark = pytest.mark.needs("chromium")


async def test_a_run_is_cancelled_and_says_so(screen: Screen) -> None:
    await screen.ask("read never")
    await expect(screen.page.get_by_role("progressbar")).to_be_visible()
    await screen.page.get_by_role("button", name="Cancel").click()
    await screen.ended("cancelled")
    await expect(screen.page.locator(".callout:visible")).to_contain_text("You stopped this run.")
    await expect(screen.page.get_by_label("Your question")).to_be_focused()
    await screen.unfold()
    await expect(screen.page.locator("soledoor-step[data-kind=tool]")).to_have_attribute(
        "data-state", "cancelled"
    )


async def test_a_failed_run_shows_which_step_failed_and_offers_to_ask_again(screen: Screen) -> None:
    await screen.ask("sum net")
    await screen.ended("failed")
    await expect(screen.page.locator(".callout:visible")).to_contain_text("There is no column called net.")
    await expect(screen.page.locator("soledoor-step[data-kind=tool]")).to_have_attribute(
        "data-state", "failed"
    )
    await screen.page.get_by_role("button", name="Ask again").click()
    await screen.ended("failed", count=2)
    await screen.page.reload()
    await screen.ended("failed", count=2)


async def test_the_whole_result_is_fetched_on_demand(screen: Screen) -> None:
    await screen.ask("long story")
    await screen.ended()
    await screen.unfold()
    await screen.page.get_by_role("button", name="Details of repeat").click()
    result = screen.page.get_by_role("region", name="Result")
    assert len(await result.inner_text()) < 700
    await screen.page.get_by_role("button", name="Show everything").click()
    await expect(screen.page.get_by_text("This is everything")).to_be_visible()
    assert (await result.inner_text()).count("door") == 400


async def test_a_second_question_of_a_thread_waits_for_its_turn(screen: Screen) -> None:
    await screen.ask("read queue-gate")
    await expect(screen.page.get_by_role("progressbar")).to_be_visible()
    await screen.ask("after that")
    await expect(screen.page.locator(".summary-words").last).to_have_text("Waiting for its turn")
    GATES["queue-gate"].set()
    await screen.ended(count=2)
    await expect(screen.answer).to_have_text("You said: that")


async def test_too_many_messages_are_refused_in_words_with_what_to_do(screen: Screen) -> None:
    for number in range(12):
        await screen.ask(f"message {number}")
        await screen.ended(count=number + 1)
    await screen.ask("one too many")
    refusal = screen.page.locator(".callout:visible")
    await expect(refusal).to_contain_text("You are sending faster than is allowed.")
    await expect(refusal.get_by_role("button")).to_contain_text("Try again in")


async def test_an_attached_file_is_uploaded_named_and_sent(screen: Screen) -> None:
    sent: list[str] = []
    screen.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    await screen.page.reload()
    await screen.connected()
    table = FilePayload(name="sales.csv", mimeType="text/csv", buffer=b"region,units\nNorth,5\n")
    await screen.page.get_by_label("Files to attach").set_input_files([table])
    await expect(screen.page.locator(".chip-state")).to_have_text("21 B")
    await screen.ask("look at this")
    await screen.ended()
    await expect(screen.page.locator(".question .chip")).to_have_text("sales.csv")
    message = next(json.loads(frame) for frame in sent if "user_message" in frame)
    assert len(message["files"]) == 1


async def test_an_attached_file_is_removed_again(screen: Screen) -> None:
    table = FilePayload(name="notes.txt", mimeType="text/plain", buffer=b"words")
    await screen.page.get_by_label("Files to attach").set_input_files([table])
    await expect(screen.page.locator(".chip-state")).to_have_text("5 B")
    async with screen.page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        await screen.page.get_by_role("button", name="Remove notes.txt").click()
    assert (await deleted.value).status == 204
    await expect(screen.page.locator(".chip")).to_have_count(0)


async def test_a_picture_is_not_uploaded(screen: Screen) -> None:
    picture = FilePayload(name="cat.png", mimeType="image/png", buffer=b"\x89PNG")
    await screen.page.get_by_label("Files to attach").set_input_files([picture])
    await expect(screen.page.locator(".chip-state")).to_have_text("is not a text or CSV file")


async def test_an_agent_can_be_chosen(screen: Screen) -> None:
    options = screen.page.get_by_label("Agent").locator("option")
    await expect(options.first).to_have_text("automatic")
    await expect(options.filter(has_text="analyst")).to_have_count(1)
    await screen.page.get_by_label("Agent").select_option("analyst")
    await screen.ask("hello there")
    await screen.ended()
    await screen.unfold()
    assert "analyst" in await screen.titles()


async def test_a_text_too_long_for_one_message_is_told_before_it_is_sent(screen: Screen) -> None:
    await screen.ask("ä" * 40_000)
    await expect(screen.page.locator(".composer-alert")).to_contain_text("Attach it as a text file instead.")
    await expect(screen.page.locator(".question-text")).to_have_count(0)
