"""Old import lines, names that are refused, administrators of old times, emitters."""

import importlib
import sys
from pathlib import Path

import pytest

from adapters import legacy
from containers.bootstrap import Application
from services.errors import WiringError

WANTED = {
    "old_shop.core.tools": ["UnifiedToolDispatcher", "Dispatcher = ToolDispatcher", "get_tool_dispatcher"],
    "old_shop.core": ["managed_user_context"],
    "old_shop.core.tools.more": ["create_request_scoped_tool_dispatcher"],
}


async def test_old_import_lines_resolve_until_uninstalled(application: Application) -> None:
    legacy.install(application, modules=WANTED)
    try:
        from old_shop.core import managed_user_context  # type: ignore[import-not-found]
        from old_shop.core.tools import Dispatcher, UnifiedToolDispatcher  # type: ignore[import-not-found]

        tools = importlib.import_module("old_shop.core.tools")
        more = importlib.import_module("old_shop.core.tools.more")
    finally:
        legacy.uninstall()
    assert managed_user_context is legacy.managed_user_context
    assert (UnifiedToolDispatcher, Dispatcher) == (legacy.UnifiedToolDispatcher, legacy.ToolDispatcher)
    assert tools.__all__ == ["UnifiedToolDispatcher", "Dispatcher", "get_tool_dispatcher"]
    assert more.create_request_scoped_tool_dispatcher is legacy.create_request_scoped_tool_dispatcher
    assert not any(name.startswith("old_shop") for name in sys.modules)
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("old_shop.core")


@pytest.fixture
def real_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package that is still there, with one module of its own."""
    folder = tmp_path / "real_shop"
    folder.mkdir()
    (folder / "__init__.py").write_text("open = True\n", encoding="utf-8")
    (folder / "prices.py").write_text("APPLE = 1\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    return folder


async def test_a_module_may_stand_below_a_package_that_is_still_there(
    application: Application, real_package: Path
) -> None:
    legacy.install(application, modules={"real_shop.tools": ["ToolDispatcher"]})
    try:
        real = importlib.import_module("real_shop")
        assert (real.open, real.tools.ToolDispatcher) == (True, legacy.ToolDispatcher)
        assert importlib.import_module("real_shop.prices").APPLE == 1
    finally:
        legacy.uninstall()
    assert not hasattr(real, "tools")
    assert "real_shop" in sys.modules
    for name in ("real_shop", "real_shop.prices"):
        del sys.modules[name]


async def test_a_module_that_still_exists_is_not_replaced(
    application: Application, real_package: Path
) -> None:
    wanted = {"gone_shop": ["ToolDispatcher"], "real_shop.prices": ["ToolDispatcher"]}
    with pytest.raises(WiringError, match=r"real_shop\.prices still exists.*legacy shims"):
        legacy.install(application, modules=wanted)
    assert "gone_shop" not in sys.modules
    sys.modules.pop("real_shop", None)  # looked into to find out
    legacy.install(application)  # nothing was installed
    legacy.uninstall()


async def test_a_name_that_is_no_old_name_is_refused_with_those_there_are(application: Application) -> None:
    with pytest.raises(WiringError, match=r"'install' is no old name: there is AgentWebSocketBridge, "):
        legacy.install(application, modules={"gone_shop": ["install"]})
    assert "gone_shop" not in sys.modules


def test_every_old_name_is_there() -> None:
    assert [name for name in legacy.OLD_NAMES if not hasattr(legacy, name)] == []
