"""What the code must not do: each rule is run over the tree, and over planted violations that it must see."""

import ast
from collections.abc import Mapping

import pytest

from tests.architecture import rules
from tests.architecture.sources import ROOT, Source, layers, sealed_classes, source, sources

GUARDED = sealed_classes(layers())

ASYNCIO: Mapping[str, str] = {
    "adapters/event_log/waiters.py": "anyio has nothing to wait on that holds less than 0.9 KiB",
    "adapters/web/protocol.py": "uvicorn's protocols are asyncio's",
}
"""Modules that may import asyncio, and what forces them."""

WAYS_AROUND: Mapping[str, str] = {
    "tests/build.py": "how tests build one sealed class",
    "containers/__init__.py": "a module that loads its parts when asked; Python offers no other way",
}
"""Modules outside of the kernel that may use what gets around a seal."""

STATE: Mapping[str, str] = {}
"""Modules that may hold state, and why that is safe for all users."""

SIZES: Mapping[str, str] = {}
"""Modules that may be larger, and why."""


def in_containers(path: str) -> bool:
    return path.startswith(("containers/", "tests/", "benchmarks/"))


def faults(rule: rules.Rule, among: tuple[Source, ...], exempt: Mapping[str, str] | None = None) -> list[str]:
    return [fault for of in among if of.path not in (exempt or {}) for fault in rule(of)]


def everywhere() -> tuple[Source, ...]:
    return sources("config", "services", "adapters", "containers", "tests", "benchmarks")


dependency_injector = rules.imports_of("dependency_injector", in_containers)
asyncio_import = rules.imports_of("asyncio", lambda path: path in ASYNCIO)
construction = rules.construction_of(GUARDED)


def outside_kernel(among: tuple[Source, ...]) -> tuple[Source, ...]:
    return tuple(of for of in among if not of.path.startswith(("containers/kernel/", "tests/architecture/")))


def test_only_containers_import_dependency_injector() -> None:
    assert faults(dependency_injector, layers()) == []


def test_asyncio_is_imported_only_where_a_library_forces_it() -> None:
    assert faults(asyncio_import, layers()) == []


def test_no_guarded_class_is_constructed_by_hand() -> None:
    assert faults(construction, layers()) == []


def test_nothing_goes_around_a_seal() -> None:
    known = tuple(
        of for of in outside_kernel(everywhere()) if not of.path.startswith("tests/services/test_sealed")
    )
    assert faults(rules.tricks, known, WAYS_AROUND) == []


def test_services_and_adapters_hold_no_module_level_state() -> None:
    assert faults(rules.module_state, sources("services", "adapters"), STATE) == []


def test_modules_functions_and_classes_stay_small() -> None:
    assert faults(rules.sizes, layers(), SIZES) == []


@pytest.mark.parametrize(
    ("exempt", "rule"),
    [
        (ASYNCIO, rules.imports_of("asyncio", lambda _: False)),
        (WAYS_AROUND, rules.tricks),
        (STATE, rules.module_state),
        (SIZES, rules.sizes),
    ],
)
def test_every_exemption_is_still_needed(exempt: Mapping[str, str], rule: rules.Rule) -> None:
    read = (source(path, (ROOT / path).read_text(encoding="utf-8")) for path in exempt)
    assert [of.path for of in read if not list(rule(of))] == []


PLANTED = [
    (dependency_injector, "import dependency_injector.providers as p"),
    (dependency_injector, "from dependency_injector import providers"),
    (dependency_injector, "import importlib\nimportlib.import_module('dependency_injector.wiring')"),
    (asyncio_import, "import asyncio"),
    (asyncio_import, "def f():\n    from asyncio import sleep"),
    (rules.tricks, "d = Dispatcher.__new__(Dispatcher)"),
    (rules.tricks, "d = object.__new__(Dispatcher)"),
    (rules.tricks, "d = type.__call__(Dispatcher)"),
    (rules.tricks, "make = type(Dispatcher).__call__ if x else Sealed.__call__"),
    (rules.tricks, "thing.__class__ = Dispatcher"),
    (rules.tricks, "setattr(thing, '__class__', Dispatcher)"),
    (rules.tricks, "getattr(object, '__new__')(Dispatcher)"),
    (rules.tricks, "d = dispatcher.__reduce_ex__(4)"),
    (rules.tricks, "import copyreg"),
    (rules.tricks, "class Loose(Sealed):\n    pass"),
    (rules.module_state, "cache = {}"),
    (rules.module_state, "CACHE: dict[str, str] = dict()"),
    (rules.module_state, "LIVE = WeakKeyDictionary()"),
    (rules.module_state, "TABLE = {'a': 1}\ndef f():\n    TABLE['b'] = 2"),
    (rules.module_state, "TABLE = ['a']\ndef f():\n    TABLE.append('b')"),
    (rules.module_state, "current = None\ndef f():\n    global current\n    current = 1"),
    (rules.sizes, "\n" * 251),
    (rules.sizes, "def f():\n" + "    a = 1\n" * 31),
    (rules.sizes, "class C:\n" + "    a = 1\n" * 180),
]


@pytest.mark.parametrize(("rule", "text"), PLANTED)
def test_a_planted_violation_is_seen(rule: rules.Rule, text: str) -> None:
    assert len(faults(rule, (source("adapters/planted.py", text),))) == 1


HARMLESS = [
    (dependency_injector, "import dependency_injector_like"),
    (asyncio_import, "from websockets.asyncio.client import connect"),
    (rules.tricks, "class A:\n    def __new__(cls):\n        return super().__new__(cls)"),
    (rules.tricks, "if thing.__class__ is Thing:\n    thing.__call__()"),
    (rules.module_state, "TABLE = {'a': 1}\nNAMES = ('a',)\n__all__ = ['x']\nlog = get_logger()"),
    (rules.module_state, "def f():\n    cache = {}\n    cache['a'] = 1"),
    (rules.sizes, "def f():\n    'Doc.'\n" + "    a = 1\n" * 30 + "class C:\n" + "    a = 1\n" * 179),
]


@pytest.mark.parametrize(("rule", "text"), HARMLESS)
def test_what_is_harmless_is_left_alone(rule: rules.Rule, text: str) -> None:
    assert faults(rule, (source("adapters/planted.py", text),)) == []


@pytest.mark.parametrize(
    "text",
    [
        "from services.x import Guarded\nGuarded()",
        "from services.x import Guarded as G\nG()",
        "from services import Guarded\nGuarded(1, a=2)",
        "from services import x\nx.Guarded[int](1)",
        "import services.x as y\ny.Guarded()",
        "import services.x\ndef f():\n    return services.x.Guarded()",
        "from services.x import Guarded\nAlias = Guarded\nAlias()",
        "from services.x import Heir\nHeir()",
    ],
)
def test_a_guarded_class_constructed_by_hand_is_seen(text: str) -> None:
    among = (
        source("services/__init__.py", "from services.x import Guarded"),
        source(
            "services/x.py", "class Guarded(metaclass=Sealed, made_by='y'): ...\nclass Heir(Guarded): ..."
        ),
    )
    rule = rules.construction_of(sealed_classes(among))
    assert len(faults(rule, (source("adapters/planted.py", text),))) == 1
    unguarded = tuple(source(of.path, ast.unparse(of.tree).replace("Sealed", "ABCMeta")) for of in among)
    rule = rules.construction_of(sealed_classes(unguarded))
    assert faults(rule, (source("adapters/planted.py", text),)) == []


def test_a_class_of_the_same_name_elsewhere_is_not_guarded() -> None:
    among = (source("services/x.py", "class Guarded(metaclass=Sealed): ..."),)
    rule = rules.construction_of(sealed_classes(among))
    assert faults(rule, (source("adapters/y.py", "class Guarded: ...\nGuarded()"),)) == []
