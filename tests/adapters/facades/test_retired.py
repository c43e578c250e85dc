"""Names that worked for everybody at once are refused with what to use."""

from typing import Any

import pytest

from adapters import legacy
from containers.bootstrap import Application
from services.errors import LegacyForbidden

RETIRED = [
    "EnhancedToolDispatcher", "create_tool_dispatcher", "default_tool_dispatcher", "get_tool_dispatcher",
    "global_tool_dispatcher", "tool_dispatcher",
]  # fmt: skip


@pytest.mark.parametrize("name", RETIRED)
def test_whatever_is_done_with_it_says_what_to_use(name: str) -> None:
    old: Any = getattr(legacy, name)
    said = rf"^{name}.* \(used at .*test_retired.py:\d+\) had no user .*: use Request.*create_for_request or "
    with pytest.raises(LegacyForbidden, match=said):
        old([])
    with pytest.raises(LegacyForbidden, match=said):
        old.execute_tool("add", {})
    with pytest.raises(LegacyForbidden, match=said):

        class Mine(old):  # type: ignore[misc]
            pass


def test_python_itself_may_ask() -> None:
    with pytest.raises(AttributeError):
        legacy.tool_dispatcher.__wrapped__  # noqa: B018


async def test_its_use_is_counted_as_refused(installed: Application) -> None:
    with pytest.raises(LegacyForbidden):
        legacy.create_tool_dispatcher()
    await installed.old_uses.store()
    [use] = [u for u in await installed.old_use_store.uses() if u.site.old_name == "create_tool_dispatcher"]
    assert (use.site.file, use.uses, use.refused) == (__file__, 1, 1)
