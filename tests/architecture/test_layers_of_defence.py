"""Five layers against a second way to an instance. Each is shown to hold, and shown to be what holds:
without it, it passes."""

import copy
import pickle
import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from dependency_injector import providers

from containers.kernel import Scoped, Shared, freeze, verify
from services.errors import WiringError
from services.sealed import Sealed
from tests.architecture.sources import ROOT, layers, sealed_classes
from tests.build import build

checks = import_module("containers.kernel.verify")

# ---------------------------------------------------------------- layer 1: type checkers

SNIPPET = """
from abc import ABC, abstractmethod

from services.ports import AgentWebSocketBridge, EventLog
from services.sealed import Sealed


class Role(ABC):
    @abstractmethod
    def act(self) -> None: ...


class Open:
    def act(self) -> None: ...


class Guarded(Role, metaclass=Sealed):
    def act(self) -> None: ...


class Unguarded(Role):
    def act(self) -> None: ...


AgentWebSocketBridge()  # a role
EventLog()  # a role
Role()  # a role
Open()  # no role
Guarded()  # sealed
Unguarded()  # not sealed
"""


def lines_with(mark: str) -> set[int]:
    return {number for number, line in enumerate(SNIPPET.splitlines(), 1) if line.endswith(f"# {mark}")}


def reported(*command: str) -> set[int]:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    lines = re.findall(r"snippet\.py:(\d+)(?::\d+)*(?: -)?:? error", done.stdout)
    assert lines, done.stdout + done.stderr
    return {int(line) for line in lines}


@pytest.fixture(scope="module")
def snippet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("checked") / "snippet.py"
    path.write_text(SNIPPET)
    return path


@pytest.mark.timeout(180)
def test_layer_1_a_role_cannot_be_constructed_under_mypy_and_an_ordinary_class_can(snippet: Path) -> None:
    assert reported("mypy", str(snippet)) == lines_with("a role")


@pytest.mark.timeout(180)
def test_layer_1_a_sealed_class_cannot_be_constructed_under_pyright_and_an_unsealed_one_can(
    snippet: Path,
) -> None:
    assert reported("pyright", str(snippet)) == lines_with("a role") | lines_with("sealed")


# ---------------------------------------------------------------- layer 2: the seal


class Guarded(metaclass=Sealed, made_by="the guard"):
    def __init__(self) -> None:
        self.value: list[int] = []


class Unguarded:
    def __init__(self) -> None:
        self.value: list[int] = []


def subclass(thing: Any) -> object:
    return type("Heir", (type(thing),), {})()


WAYS: list[Callable[[Any], object]] = [
    lambda thing: type(thing)(),
    subclass,
    lambda thing: providers.Factory(type(thing))(),
    copy.copy,
    copy.deepcopy,
    pickle.dumps,
    lambda thing: thing.__reduce__(),
    lambda thing: thing.__copy__() if hasattr(thing, "__copy__") else thing,
]


@pytest.mark.parametrize("way", WAYS)
def test_layer_2_a_seal_refuses_every_way_to_a_second_object(way: Callable[[Any], object]) -> None:
    with pytest.raises(WiringError, match="user isolation"):
        way(build(Guarded))


@pytest.mark.parametrize("way", WAYS)
def test_layer_2_without_the_seal_every_way_is_open(way: Callable[[Any], object]) -> None:
    assert way(Unguarded())


def test_layer_2_the_refusal_says_whom_to_ask() -> None:
    with pytest.raises(
        WiringError, match=r"Guarded is not constructed directly \(user isolation\): ask the guard"
    ):
        Guarded()  # pyright: ignore[reportCallIssue] - the point


@pytest.mark.parametrize("name", ["__copy__", "__deepcopy__", "__reduce__", "__reduce_ex__"])
def test_layer_2_a_sealed_class_cannot_give_itself_copies(name: str) -> None:
    with pytest.raises(WiringError, match=f"Heir defines {name}"):
        Sealed("Heir", (Guarded,), {name: lambda self, *rest: self})


def real_sealed() -> list[str]:
    """Classes of the tree that are sealed, each under the name of its own module."""
    homes = {of.module for of in layers()}
    return [path for path in sorted(sealed_classes(layers())) if path.rpartition(".")[0] in homes]


def test_layer_2_every_guarded_class_of_the_tree_refuses() -> None:
    found = [path.rpartition(".") for path in real_sealed()]
    assert len(found) > 50
    for module, _, name in found:
        with pytest.raises(WiringError, match="user isolation"):
            getattr(import_module(module), name)()


GUARDED = [
    "services.tools.dispatcher.RequestScopedToolDispatcher",
    "services.tools.factory.RequestScopedToolDispatcherFactory",
    "adapters.bridge.WebSocketBridgeAdapter",
    "services.agents.registry.AgentRegistry",
    "services.agents.supervisor.Supervisor",
    "services.agents.supervisor_factory.SupervisorFactory",
    "services.memory.MemoryService",
]


@pytest.mark.parametrize("path", GUARDED)
def test_layer_2_what_must_be_one_is_sealed(path: str) -> None:
    assert path in sealed_classes(layers())


# ---------------------------------------------------------------- layers 3 and 4: the real container


@pytest.fixture
def container() -> Any:
    from containers.application import ApplicationContainer

    return ApplicationContainer()


def roles() -> tuple[type, ...]:
    from containers.roles import ROLES

    return ROLES


def test_layer_3_the_real_graph_has_no_fault(container: Any) -> None:
    verify(container, roles())


class Holder:
    def __init__(self, *held: object) -> None: ...


def second_dispatcher(container: Any) -> None:
    container.rogue = Scoped(container.dispatcher.product, container.context)


def second_factory(container: Any) -> None:
    container.rogue = Shared(container.dispatcher_factory.product)


def second_bridge(container: Any) -> None:
    container.rogue = Scoped(container.bridge.product, container.context)


def plain_factory_of_the_bridge(container: Any) -> None:
    container.rogue = providers.Factory(container.bridge.product)


def stolen_maker(container: Any) -> None:
    container.rogue = Shared(Holder, container.dispatcher_factory.args[0])
    container.dispatcher_factory.set_args()


def captive_dispatcher(container: Any) -> None:
    container.rogue = Shared(Holder, container.dispatcher)


def leftover_override(container: Any) -> None:
    container.bridge.override(object())


def undefined_dependency(container: Any) -> None:
    container.rogue = providers.Dependency()


def cycle(container: Any) -> None:
    container.bridge.add_kwargs(rogue=container.dispatcher)


def wrong_argument(container: Any) -> None:
    container.bridge.set_args(container.event_log)


MUTATIONS = [
    second_dispatcher,
    second_factory,
    second_bridge,
    plain_factory_of_the_bridge,
    stolen_maker,
    captive_dispatcher,
    leftover_override,
    undefined_dependency,
    cycle,
    wrong_argument,
]


@pytest.mark.parametrize("mutate", MUTATIONS)
def test_layer_3_verification_refuses_each_mutation_of_the_real_graph(
    container: Any, mutate: Callable[[Any], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    mutate(container)
    with pytest.raises(WiringError, match="the container has"):
        verify(container, roles())
    monkeypatch.setattr(checks, "CHECKS", ())
    verify(container, roles())


def override(container: Any, name: str) -> None:
    getattr(container, name).override(object())


def names() -> list[str]:
    from containers.application import ApplicationContainer

    return sorted(ApplicationContainer.providers)


def test_layer_4_no_provider_of_a_frozen_container_can_be_overridden(container: Any) -> None:
    freeze(container)
    for name in names():
        with pytest.raises(WiringError, match="frozen"):
            override(container, name)


def test_layer_4_without_the_freeze_every_provider_can(container: Any) -> None:
    for name in names():
        override(container, name)


def test_layer_4_a_frozen_container_takes_no_override_for_one_scope(container: Any) -> None:
    from containers.kernel.opening import Door

    door = build(Door, container.request, container.context)
    context = object.__new__(container.context.product)
    door.open(context, overrides={container.bridge: object()})
    freeze(container)
    with pytest.raises(WiringError, match="frozen"):
        door.open(context, overrides={container.bridge: object()})


# Layer 5, the rules over imports and source code: test_imports.py and test_sources.py.
