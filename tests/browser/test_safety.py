"""Nothing that comes from somebody else is ever obeyed, and nobody sees what belongs to another user."""

import pytest
from playwright.async_api import FilePayload, expect

from tests.browser.conftest import PageServer, Visit
from tests.browser.screen import Screen
from tests.browser.stage import EVIL

pytestmark = pytest.mark.needs("chromium")

FOREIGN = (
    "script, iframe, img, style, form, svg:not(.icon):not(.door), [onclick], [onerror], [style*=position]"
)


async def unfold_everything(screen: Screen) -> None:
    await screen.unfold()
    for button in await screen.page.locator(".call-toggle").all():
        await button.click()
    whole = screen.page.get_by_text("This is everything")
    for count in (1, 2):
        await screen.page.get_by_role("button", name="Show everything").first.click()
        await expect(whole).to_have_count(count)


async def test_markup_in_messages_titles_arguments_results_errors_and_answers_is_inert(
    screen: Screen,
) -> None:
    await screen.ask(f"evil {' '.join(EVIL)}")
    await screen.ended()
    await unfold_everything(screen)
    main = screen.page.locator("body > .shell")
    assert (
        await main.locator(FOREIGN).filter(has_not=screen.page.locator(".composer")).count() == 1
    )  # the composer's form
    assert await main.locator("a[href^='javascript' i]").count() == 0
    await expect(screen.page.locator(".question-text")).to_contain_text("<script>alert(2)</script>")
    await expect(screen.answer).to_contain_text("<iframe srcdoc=")
    assert screen.complaints == []


async def test_markup_in_the_error_of_a_run_is_inert(screen: Screen) -> None:
    await screen.ask(f"sum {' '.join(EVIL)}")
    await screen.ended("failed")
    await screen.page.reload()
    await screen.ended("failed")
    await expect(screen.page.locator(".callout:visible")).to_contain_text("<img src=x onerror=")
    assert screen.complaints == []


async def test_markup_in_the_name_of_a_file_is_inert(screen: Screen) -> None:
    name = "<img src=x onerror=alert(1)>.csv"
    file = FilePayload(name=name, mimeType="text/csv", buffer=b"a\n1\n")
    await screen.page.get_by_label("Files to attach").set_input_files([file])
    await expect(screen.page.locator(".chip bdi")).to_have_text(name)
    await expect(screen.page.locator(".chip-state")).not_to_contain_text("%")
    await screen.ask("what is in there?")
    await screen.ended()
    assert screen.complaints == []


async def test_a_link_in_an_answer_opens_elsewhere_and_tells_nothing(screen: Screen) -> None:
    await screen.ask("see https://example.org/handbook")
    await screen.ended()
    link = screen.answer.get_by_role("link")
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    await expect(link).to_have_attribute("target", "_blank")


async def test_the_policy_stops_what_a_hole_would_let_in(screen: Screen) -> None:
    """If this fails, the other tests prove nothing: the server's policy is what makes a slip harmless."""
    with pytest.raises(Exception, match="TrustedHTML"):
        await screen.evaluate("() => { document.body.innerHTML = '<b>hole</b>'; }")


async def test_two_users_see_only_their_own(visit: Visit, page_server: PageServer) -> None:
    ada, bo = await visit(), await visit()
    for window, words in ((ada, "canary of ada"), (bo, "canary of bo")):
        await window.open()
        await window.log_in(await page_server.account())
        await window.ask(words)
    await ada.ended()
    await bo.ended()
    assert "canary of bo" not in await ada.page.content()
    assert not any("canary of bo" in frame for frame in ada.frames)
    await bo.open(f"/{await ada.evaluate('() => location.hash')}")
    await expect(bo.page.get_by_text("There is no such conversation here.")).to_be_visible()
    assert "canary of ada" not in await bo.page.content()
