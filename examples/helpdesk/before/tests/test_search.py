import pytest

from helpdesk.desk.search import ArticleSearch

pytestmark = pytest.mark.anyio


async def test_every_word_counts(desk):
    search = ArticleSearch(desk)
    context = desk.context("ann")
    assert await search.titles(context, "printer fire") == ["Printer is on fire"]
    assert await search.titles(desk.context("bea"), "dragon") == []
    assert await desk.timeline(context) == [("tool_executing", "direct"), ("tool_completed", "direct")]
