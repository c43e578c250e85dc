"""There is one dispatcher, one dispatcher factory, one bridge; whoever writes a second learns of it here."""

import re

import pytest

from tests.architecture.sources import Source, classes, is_abstract, layers, source

ONE_OF_EACH = {
    "dispatcher": r"ToolDispatcher$",
    "dispatcher factory": r"DispatcherFactory$",
    "bridge": r"Bridge(Adapter)?$",
}


def concrete(pattern: str, among: tuple[Source, ...]) -> list[str]:
    return [
        f"{of.path}: {node.name}"
        for of in among
        for node in classes(of)
        if re.search(pattern, node.name) and not is_abstract(node)
    ]


@pytest.mark.parametrize("what", ONE_OF_EACH)
def test_there_is_exactly_one(what: str) -> None:
    assert len(concrete(ONE_OF_EACH[what], layers())) == 1


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
