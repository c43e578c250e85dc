"""There is one dispatcher, one dispatcher factory, one bridge; whoever writes a second learns of it here."""

import ast
import re

import pytest

from tests.architecture.sources import Source, classes, is_abstract, last_name, layers, source

ONE_OF_EACH = {
    "dispatcher": r"ToolDispatcher$",
    "dispatcher factory": r"DispatcherFactory$",
    "bridge": r"Bridge(Adapter)?$",
}


OLD_NAMES = "adapters/legacy.py"
"""Old names of the one; the test below sees to it that they are names only."""


def concrete(pattern: str, among: tuple[Source, ...]) -> list[str]:
    return [
        f"{of.path}: {node.name}"
        for of in among
        if of.path != OLD_NAMES
        for node in classes(of)
        if re.search(pattern, node.name) and not is_abstract(node)
    ]


@pytest.mark.parametrize("what", ONE_OF_EACH)
def test_there_is_exactly_one(what: str) -> None:
    assert len(concrete(ONE_OF_EACH[what], layers())) == 1


def more_than_names(of: Source) -> list[str]:
    """What a class of the module holds beside static methods, and classes that can be constructed."""
    return [
        f"{node.name}: line {part.lineno}"
        for node in classes(of)
        for part in node.body
        if not (isinstance(part, ast.Expr) or _is_static(part))
        or not any(last_name(keyword.value) == "Sealed" for keyword in node.keywords)
    ]


def _is_static(part: ast.stmt) -> bool:
    return [last_name(mark) for mark in getattr(part, "decorator_list", ())] == ["staticmethod"]


def test_an_old_name_is_a_name_only() -> None:
    [old] = [of for of in layers() if of.path == OLD_NAMES]
    assert more_than_names(old) == []
    assert {node.name for node in classes(old)} > {"UnifiedToolDispatcher", "ToolDispatcher"}


@pytest.mark.parametrize(
    "text",
    [
        "class ToolDispatcher(metaclass=Sealed):\n    def execute_tool(self): ...\n",
        "class ToolDispatcher(metaclass=Sealed):\n    tools = 1\n",
        "class ToolDispatcher:\n    @staticmethod\n    def create(): ...\n",
    ],
)
def test_an_old_name_with_something_of_its_own_is_seen(text: str) -> None:
    assert len(more_than_names(source(OLD_NAMES, text))) == 1


@pytest.mark.parametrize(
    "name", ["BetterToolDispatcher", "AdminDispatcherFactory", "SseBridge", "SseBridgeAdapter"]
)
def test_a_second_one_is_seen(name: str) -> None:
    planted = source("adapters/second.py", f"class {name}(Base):\n    pass\n")
    assert [found for pattern in ONE_OF_EACH.values() for found in concrete(pattern, (planted,))] == [
        f"adapters/second.py: {name}"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "class ToolDispatcher(ABC):\n    pass\n",
        "class ToolDispatcher(abc.ABC):\n    pass\n",
        "class AgentWebSocketBridge(Port):\n    @abstractmethod\n    def send(self): ...\n",
    ],
)
def test_a_role_is_not_counted(text: str) -> None:
    planted = source("services/ports/role.py", text)
    assert not any(concrete(pattern, (planted,)) for pattern in ONE_OF_EACH.values())
