import functools
import gc
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any

import pytest

from services.context import UserExecutionContext
from services.errors import ContextIsolationError
from services.isolation import Live, mutable_values
from tests.services.contexts import a_context


class Shared:
    """An object that refuses to be copied, as caches and clients do."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "Shared":
        return self


class Slotted:
    __slots__ = ("__hidden", "unset")

    def __init__(self, value: object) -> None:
        self.__hidden = value


@dataclass(frozen=True)
class Frozen:
    inside: object


def closing_over(value: object) -> Callable[[], object]:
    return lambda: value


class Holder(Shared):
    def method(self) -> None: ...


HIDDEN_IN: list[Callable[[Shared], object]] = [
    lambda shared: shared,
    lambda shared: [{"deep": (shared,)}],
    lambda shared: {"a", shared},
    lambda shared: {shared: "as key"},
    lambda shared: deque([shared]),
    Slotted,
    lambda shared: Frozen([shared]),
    closing_over,
    lambda shared: functools.partial(print, shared),
    lambda shared: Holder().method,
]


@pytest.mark.parametrize("hide", HIDDEN_IN)
def test_a_shared_mutable_value_is_found_wherever_it_hides(hide: Callable[[Shared], object]) -> None:
    hidden = hide(Shared())
    one = a_context(agent_context={"cart": hidden})
    two = a_context("u-bob", audit_metadata={"basket": hidden})
    for context, name in ((one, "agent_context"), (two, "audit_metadata")):
        with pytest.raises(ContextIsolationError) as caught:
            context.verify_isolation()
        assert caught.value.path.startswith(name)


def test_the_error_names_the_path_and_the_other_context() -> None:
    shared = Shared()
    one = a_context(agent_context={"cart": [shared]})
    two = a_context("u-bob", agent_context={"x": shared})
    with pytest.raises(
        ContextIsolationError, match=r"agent_context\['cart'\]\[0\] is shared with live context"
    ):
        one.verify_isolation()
    assert two.user_id == "u-bob"


def test_a_view_smuggled_from_another_context_is_found() -> None:
    one, two = a_context(agent_context={"a": 1}), a_context("u-bob")
    object.__setattr__(two, "agent_context", one.agent_context)
    with pytest.raises(ContextIsolationError):
        two.verify_isolation()


class Colour(Enum):
    RED = 1


def test_contexts_made_from_the_same_data_are_isolated() -> None:
    data = {
        "list": [1, {"deep": {2}}],
        "enum": Colour.RED,
        "class": Shared,
        "function": closing_over,
        "text": "x",
    }
    one, two = a_context(agent_context=data), a_context("u-bob", agent_context=data, audit_metadata=data)
    child = one.create_child_context("step", data)
    assert one.verify_isolation() is two.verify_isolation() is child.verify_isolation() is True


def test_a_session_in_two_unrelated_contexts_is_found() -> None:
    session = Shared()
    one, two = a_context(db_session=session), a_context("u-bob").with_db_session(session)
    for context in (one, two):
        with pytest.raises(ContextIsolationError, match="db_session"):
            context.verify_isolation()


def test_contexts_derived_from_one_another_may_share_their_session() -> None:
    context = a_context(db_session=Shared())
    connected = context.with_websocket_connection("c-1")
    child = connected.create_child_context("step")
    grandchild = child.create_child_context("step")
    assert all(each.verify_isolation() for each in (context, connected, child, grandchild))


def test_a_dead_context_shares_nothing() -> None:
    shared = Shared()
    one, two = a_context(agent_context={"a": shared}), a_context(agent_context={"a": shared})
    with pytest.raises(ContextIsolationError):
        one.verify_isolation()
    del two
    gc.collect()
    assert one.verify_isolation()


def test_live_objects_are_forgotten_when_they_die() -> None:
    live: Live[Shared] = Live()
    kept, dying = Shared(), Shared()
    live.add(kept)
    live.add(dying)
    del dying
    gc.collect()
    assert list(live) == [kept]
    assert len(live) == 1


def test_contexts_may_be_made_in_threads_while_others_look() -> None:
    stop = threading.Event()
    failures: list[BaseException] = []

    def make() -> None:
        try:
            while not stop.is_set():
                UserExecutionContext("u-thread", "t-1", "r-1")
        except BaseException as error:  # noqa: BLE001 - carried to the test's own thread
            failures.append(error)

    maker = threading.Thread(target=make)
    maker.start()
    context = a_context(agent_context={"a": [1]})
    assert all(context.verify_isolation() for _ in range(50))
    stop.set()
    maker.join()
    assert failures == []


def unfilled() -> Callable[[], object]:
    def inner() -> object:
        return later  # noqa: F821 - deleted below, which is the point

    later: object = None
    del later
    return inner


def test_unfilled_closures_and_cycles_end_the_walk() -> None:
    cycle: list[Any] = []
    cycle.append(cycle)
    found = mutable_values(
        [("f", unfilled()), ("cycle", cycle), ("proxy", MappingProxyType({"a": []})), ("m", [].append)]
    )
    assert sorted(found.values()) == ["cycle", "m.__self__", "proxy['a']"]
