"""Verification: each fault of a graph is found, named and given a cure; each check is what finds it."""

from __future__ import annotations  # hints are strings here, as they may be anywhere

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, Protocol, Self, TypeVar

import pytest
from dependency_injector import containers, providers

from containers.kernel import Input, Later, Opener, Scoped, Shared, maker, verify
from containers.kernel import verify as verify_function
from containers.kernel.arguments import fits
from services.errors import WiringError
from services.sealed import Sealed
from tests.containers.kernel import example
from tests.containers.kernel.example import (
    ROLES,
    Application,
    Context,
    DispatcherFactory,
    FakeBridge,
    Journal,
    OneDispatcher,
    WireBridge,
)

if TYPE_CHECKING:
    from decimal import Decimal

checks = __import__("sys").modules["containers.kernel.verify"]
T = TypeVar("T")
App = Application


def message(container: type[containers.DeclarativeContainer], roles: tuple[type, ...]) -> str:
    try:
        verify(container(), roles)
    except WiringError as error:
        return str(error)
    return ""


def faults(container: type[containers.DeclarativeContainer], roles: tuple[type, ...] = ()) -> str:
    with pytest.raises(WiringError) as caught:
        verify(container(), roles)
    return str(caught.value)


def test_a_sound_container_passes_any_number_of_times_and_builds_nothing() -> None:
    container = Application()
    for _ in range(2):
        verify_function(container, ROLES)
    assert not container.dispatcher_factory().made


class SecondProvider(Application):
    other = Scoped(WireBridge, App.context, App.journal)


class SecondSharedFactory(Application):
    rival = Shared(DispatcherFactory, maker(OneDispatcher), App.journal)


class SealedSubclass(Application):
    class Louder(WireBridge): ...

    louder = Scoped(Louder, App.context, App.journal)


class NoProvider(containers.DeclarativeContainer):
    journal = Shared(Journal)


def answer() -> example.Bridge:
    raise NotImplementedError


class ByFunction(Application):
    other = Scoped(answer)


class Undefined(Application):
    clock: providers.Dependency[Any] = providers.Dependency()


class Knot:
    def __init__(self, knot: object) -> None: ...


class Cycle(containers.DeclarativeContainer):
    left = Scoped(Knot)
    right = Scoped(Knot, left)
    left.add_args(right)


class Cache:
    def __init__(self, *held: object) -> None: ...


class Captive(Application):
    cache = Shared(Cache, App.session)


class NestedCaptive(Application):
    cache = Shared(Cache, providers.List(App.journal, App.session))


class Foreign(Application):
    notes = providers.Factory(Knot, 1)


class NestedForeign(Application):
    notes = Shared(Cache, providers.Singleton(dict))


class Unfreezable(Application):
    settings = providers.Object({"a": 1})


class NoMaker(containers.DeclarativeContainer):
    journal = Shared(Journal)
    factory = Shared(DispatcherFactory, providers.Object(print), journal)
    context = Input(Context)
    bridge = Scoped(WireBridge, context, journal)
    dispatcher = Scoped(OneDispatcher, context, bridge, via=factory)


class StrayMaker(Application):
    cache = Shared(Cache, maker(OneDispatcher))


class Missing(Application):
    cache = Scoped(OneDispatcher, App.context)


class Superfluous(containers.DeclarativeContainer):
    journal = Shared(Journal, 1)


class WrongClass(containers.DeclarativeContainer):
    context = Input(Context)
    journal = Shared(Journal)
    bridge = Scoped(WireBridge, journal, context)


class WrongBuild(containers.DeclarativeContainer):
    journal = Shared(Journal)
    factory = Shared(DispatcherFactory, maker(OneDispatcher), journal)
    context = Input(Context)
    dispatcher = Scoped(OneDispatcher, context, journal, via=factory)


class MissingInBuild(containers.DeclarativeContainer):
    journal = Shared(Journal)
    factory = Shared(DispatcherFactory, maker(OneDispatcher), journal)
    context = Input(Context)
    dispatcher = Scoped(OneDispatcher, context, via=factory)


class NoBuild(containers.DeclarativeContainer):
    journal = Shared(Journal)
    context = Input(Context)
    bridge = Scoped(WireBridge, context, journal, via=journal)


class Abstract(containers.DeclarativeContainer):
    bridge = Shared(example.Bridge)


class Hidden:
    def __init__(self, amount: Decimal) -> None: ...


class UnknownHint(containers.DeclarativeContainer):
    hidden = Shared(Hidden, 1)


def hides() -> Decimal:
    raise NotImplementedError


def takes(amount: int, *more: str, **named: str) -> None: ...


class UnknownReturn(containers.DeclarativeContainer):
    hidden = Shared(hides)
    user = Shared(takes, 1)


class WrongMore(containers.DeclarativeContainer):
    user = Shared(takes, 1, "a", 2, extra=b"3")


class Limits:
    seconds: int = 3


class Settings:
    limits: Limits


class FromSettings(containers.DeclarativeContainer):
    settings = Shared(Settings)
    user = Shared(takes, settings.provided.limits)


class MadeByNew:
    def __new__(cls, name: str) -> Self:
        return super().__new__(cls)


class WrongNew(containers.DeclarativeContainer):
    made = Shared(MadeByNew, 3)


class CallableObject:
    def __call__(self, name: str) -> None: ...


class WrongCall(containers.DeclarativeContainer):
    made = Shared(CallableObject(), providers.Object(3))


class Nothing(containers.DeclarativeContainer):
    made: Shared[Any] = Shared()


FAULTY = [
    (SecondProvider, "one_provider_each", "WireBridge has 2 providers (bridge, other): keep one"),
    (SecondProvider, "one_provider_each", "Bridge has 2 providers (bridge, other): keep one"),
    (SecondSharedFactory, "one_provider_each", "has 2 providers (dispatcher_factory, rival): keep one"),
    (SealedSubclass, "one_provider_each", "WireBridge has 2 providers (bridge, louder): keep one"),
    (NoProvider, "one_provider_each", "Bridge has no provider: declare one"),
    (ByFunction, "one_provider_each", "Bridge has 2 providers (bridge, other): keep one"),
    (Undefined, "undefined", "clock is an undefined Dependency: declare a provider"),
    (Cycle, "cycles", "left needs itself (left -> right -> left): break the cycle"),
    (Captive, "captives", "cache lives as long as the application and holds session"),
    (NestedCaptive, "captives", "cache lives as long as the application and holds session"),
    (Foreign, "foreign_kinds", "notes is a Factory, which makes any number of objects: use Shared"),
    (NestedForeign, "foreign_kinds", "notes's Singleton is a Singleton, which makes any number"),
    (Unfreezable, "foreign_kinds", "settings is a Object, which no freeze holds: use Shared, and its give"),
    (
        NoMaker,
        "makers",
        "dispatcher is made through factory, which holds 0 makers of OneDispatcher: give it one",
    ),
    (StrayMaker, "makers", "cache's Maker could make a second OneDispatcher"),
    (SecondSharedFactory, "makers", "rival's Maker could make a second OneDispatcher"),
    (Missing, "arguments", "cache: missing a required argument: 'bridge'"),
    (Superfluous, "arguments", "journal: too many positional arguments: the signature is Journal.__init__()"),
    (WrongClass, "arguments", "bridge: context wants Context, gets Journal"),
    (WrongClass, "arguments", "bridge: journal wants Journal, gets Context"),
    (WrongBuild, "arguments", "dispatcher: bridge wants Bridge, gets Journal"),
    (MissingInBuild, "arguments", "dispatcher: missing a required argument: 'bridge'"),
    (NoBuild, "arguments", "bridge: WireBridge has no maker: name a class, or a factory class with a build"),
    (Abstract, "arguments", "bridge: Bridge is abstract (send): name a class that implements it"),
    (UnknownHint, "arguments", "hidden: Hidden.__init__: the type hint 'Decimal' is unknown: import it"),
    (WrongMore, "arguments", "user: more wants str, gets int"),
    (WrongMore, "arguments", "user: named wants str, gets bytes"),
    (FromSettings, "arguments", "user: amount wants int, gets Limits"),
    (WrongNew, "arguments", "made: name wants str, gets int"),
    (WrongCall, "arguments", "made: name wants str, gets int"),
    (Nothing, "arguments", "made: None has no maker"),
]


@pytest.mark.parametrize(("container", "check", "text"), FAULTY)
def test_each_fault_is_named_with_its_cure_and_found_by_its_check_only(
    container: type[containers.DeclarativeContainer],
    check: str,
    text: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roles = (example.Bridge,)
    assert text in faults(container, roles)
    others = tuple(other for other in checks.CHECKS if other.__name__ != check)
    monkeypatch.setattr(checks, "CHECKS", others)
    assert text not in message(container, roles)


def test_a_leftover_override_is_found() -> None:
    container = Application()
    container.bridge.override(FakeBridge())
    with pytest.raises(WiringError, match="bridge is overridden: reset the override"):
        verify(container, ROLES)
    container.bridge.reset_override()
    verify(container, ROLES)


def test_all_faults_are_in_one_message() -> None:
    class Rotten(Application):
        clock: providers.Dependency[Any] = providers.Dependency()
        cache = Shared(Cache, App.session)
        other = Scoped(WireBridge, App.journal)

    lines = faults(Rotten, ROLES).splitlines()
    assert lines[0] == "the container has 5 faults:"
    assert len(lines) == 6
    assert faults(NestedForeign).startswith("the container has 1 fault:")


def test_an_unknown_return_hint_is_no_reason_to_crash() -> None:
    verify(UnknownReturn())


def test_doors_and_objects_made_on_demand_hold_nothing_captive() -> None:
    class Doors(Application):
        cache = Shared(Cache, Opener(App.request, App.context))
        late = Scoped(Cache, Later(bridge=App.bridge))

    verify(Doors(), ROLES)


class Opens(Protocol):
    name: str

    def open(self, value: object) -> object: ...


class HasOpen:
    def open(self, value: object) -> object: ...


class Shape(ABC):
    @abstractmethod
    def draw(self) -> None: ...


@pytest.mark.parametrize(
    ("given", "hint", "fitting"),
    [
        (int, int, True),
        (int, float, True),
        (str, float, False),
        (bool, int, True),
        (str, str | None, True),
        (int, str | None, False),
        (type(None), None, True),
        (int, None, False),
        (dict, Mapping[str, int], True),
        (list, Mapping[str, int], False),
        (HasOpen, Opens, True),
        (str, Opens, False),
        (HasOpen, Callable[[], None], False),
        (type(len), Callable[[], None], True),
        (str, Annotated[int, "unit"], False),
        (str, Any, True),
        (str, object, True),
        (str, T, True),
        (str, Literal["a"], True),
        (str, Iterator[str], False),
        (str, Shape, False),
    ],
)
def test_a_class_is_held_against_a_hint(given: type, hint: Any, fitting: bool) -> None:
    assert fits(given, hint) is fitting


def test_sealed_classes_need_no_role_to_be_counted() -> None:
    class Twice(containers.DeclarativeContainer):
        one = Shared(Journal)
        two = Shared(Journal)

    assert isinstance(Journal, Sealed)
    assert "Journal has 2 providers (one, two): keep one" in faults(Twice)
