import copy
import json
import pickle
from collections import OrderedDict, UserDict, namedtuple
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

import pytest

from services.read_only import EMPTY, ReadOnlyDict, read_only

Pair = namedtuple("Pair", ["left", "right"])  # noqa: PYI024 - an untyped one is what callers have

CHANGES: list[Callable[[Any], object]] = [
    lambda d: d.__setitem__("a", 1),
    lambda d: d.__delitem__("list"),
    lambda d: d.update(a=1),
    lambda d: d.setdefault("a", 1),
    lambda d: d.pop("list"),
    lambda d: d.popitem(),
    lambda d: d.clear(),
    lambda d: d.__ior__({"a": 1}),
    lambda d: d["list"].append(1),
    lambda d: d["list"].extend([1]),
    lambda d: d["list"].insert(0, 1),
    lambda d: d["list"].pop(),
    lambda d: d["list"].remove(1),
    lambda d: d["list"].clear(),
    lambda d: d["list"].sort(),
    lambda d: d["list"].reverse(),
    lambda d: d["list"].__setitem__(0, 9),
    lambda d: d["list"].__delitem__(0),
    lambda d: d["list"].__iadd__([1]),
    lambda d: d["list"].__imul__(2),
    lambda d: d["dict"].update(a=1),
    lambda d: d["dict"]["inner"][0].clear(),
]
GIVEN = {"list": [1, 2], "dict": {"inner": [{"deep": 1}]}}


@pytest.mark.parametrize("change", CHANGES)
def test_no_part_can_be_changed(change: Callable[[Any], object]) -> None:
    view = read_only(GIVEN)
    with pytest.raises(TypeError, match="read-only"):
        change(view)
    assert view == GIVEN


def test_it_compares_iterates_and_serialises_like_the_plain_one() -> None:
    view = read_only(GIVEN)
    assert view == GIVEN
    assert json.loads(json.dumps(view)) == GIVEN
    assert view | {"more": 1} == {**GIVEN, "more": 1}
    assert type(view | {}) is dict


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda view: pickle.loads(pickle.dumps(view))])
def test_a_copy_of_it_is_plain_and_may_be_changed(duplicate: Callable[[Any], Any]) -> None:
    view = read_only(GIVEN)
    copied = duplicate(view)
    assert type(copied) is dict
    copied["list"].append(3)
    assert view == GIVEN


def test_other_containers_become_their_frozen_kind() -> None:
    view = read_only(
        {"set": {1}, "bytes": bytearray(b"x"), "proxy": MappingProxyType({"a": [1]}), "user": UserDict(b=1)}
    )
    assert isinstance(view["set"], frozenset)
    assert isinstance(view["bytes"], bytes)
    assert isinstance(view["proxy"]["a"], list)
    assert view == {"set": {1}, "bytes": b"x", "proxy": {"a": [1]}, "user": {"b": 1}}
    with pytest.raises(TypeError):
        view["proxy"]["a"].append(2)


def test_tuples_keep_their_kind_and_lose_their_mutable_parts() -> None:
    view = read_only({"pair": Pair([1], 2), "plain": ([1], 2)})
    assert view["pair"].left == [1]
    for name in ("pair", "plain"):
        with pytest.raises(TypeError):
            view[name][0].append(2)


def test_order_is_kept() -> None:
    assert list(read_only(OrderedDict(b=1, a=2))) == ["b", "a"]


def test_cycles_and_repeated_containers_keep_their_shape() -> None:
    shared: list[Any] = [1]
    given: dict[str, Any] = {"one": shared, "two": shared}
    given["self"] = given
    view = read_only(given)
    assert view["one"] is view["two"]
    assert view["self"] is view
    copied = copy.deepcopy(view)
    assert copied["self"] is copied


class Fleeting(Mapping[str, list[int]]):
    """Makes its values anew at each reading, so that their ids are used again."""

    def __getitem__(self, key: str) -> list[int]:
        return [int(key)]

    def __iter__(self) -> Iterator[str]:
        return iter("123456")

    def __len__(self) -> int:
        return 6


def test_values_made_while_reading_are_not_mixed_up() -> None:
    assert read_only(Fleeting()) == {str(n): [n] for n in range(1, 7)}


def test_objects_are_copied() -> None:
    class Thing:
        def __init__(self) -> None:
            self.items = [1]

    thing = Thing()
    view = read_only({"thing": thing})
    thing.items.append(2)
    assert view["thing"].items == [1]


def test_the_empty_view_is_one_object() -> None:
    assert read_only({}) is EMPTY
    assert isinstance(EMPTY, ReadOnlyDict)
