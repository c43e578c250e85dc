"""The API reference is complete, up to date, and holds a promise for everything public."""

import ast
from collections.abc import Iterator

import pytest

from tests.architecture.sources import LAYERS, source, sources
from tests.docs import api
from tests.docs.api import NOT_IMPORTED, PAGES


@pytest.fixture(scope="module")
def written() -> dict[str, str]:
    return dict(api.pages())


def test_the_pages_are_what_the_code_says_now(written: dict[str, str]) -> None:
    on_disk = {path.name: path.read_text(encoding="utf-8") for path in PAGES.glob("*.md")}
    outdated = {name for name in written.keys() | on_disk.keys() if written.get(name) != on_disk.get(name)}
    assert outdated == set(), "renew them with: python -m tests.docs.api"


def test_everything_public_makes_a_promise() -> None:
    entries = [entry for module in api.modules() for entry in module.all()]
    assert [entry.name for entry in entries if not entry.promise] == []
    assert len(entries) > 2000


def names(body: list[ast.stmt], above: str) -> Iterator[str]:
    """Every public name, wherever in a module or class it is defined; another way to find them."""
    for node in body:
        if isinstance(node, ast.If | ast.Try | ast.With):
            for part in ("body", "orelse", "finalbody"):
                yield from names(getattr(node, part, []), above)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            if node.name.startswith("_"):
                continue
            yield f"{above}.{node.name}"
            if isinstance(node, ast.ClassDef):
                yield from names(node.body, f"{above}.{node.name}")


def test_nothing_public_is_missing(written: dict[str, str]) -> None:
    known = {entry.name for module in api.modules() for entry in module.all()}
    expected = set[str]()
    for of in sources(*LAYERS):
        if NOT_IMPORTED not in of.path and "._" not in of.module:
            expected |= {of.module, *names(of.tree.body, of.module)}
    assert expected - known == set()
    for module in api.modules():
        assert f"`{module.name}`" in written["index.md"]


SHOWN = '''
"""Words of a module: ``a < b`` and a < b."""
LIMIT: int = 3
"""How many."""
HIDDEN = 4
class Shape(Base):
    """A shape."""
    side: float
    """In metres."""
    def __init__(self, side: float = 1.0) -> None: ...
    @overload
    def grow(self, by: int) -> None: ...
    def grow(self, by: float, /, *, twice: bool = False) -> None:
        """Grow."""
    @property
    def area(self) -> float:
        """Square metres."""
    @staticmethod
    async def unit(first: int) -> "Shape":
        """Make one."""
    def _secret(self): ...
class Kept(metaclass=Sealed):
    """Made by the container."""
    def __init__(self, side: float) -> None: ...
class Colour(StrEnum):
    """Which."""
    RED = "red"
if X:
    def one() -> None:
        """First."""
else:
    def one() -> None:
        """Second."""
'''


def test_signatures_fields_and_promises_are_shown_and_nothing_private() -> None:
    module = api._module(source("services/shown.py", SHOWN))
    text = "\n".join(api._body(module, 2))
    assert text.splitlines() == [
        "Words of a module: `a < b` and a &lt; b.",
        "- `LIMIT: int = 3`: How many.",
        "## `class Shape(Base)`",
        "A shape.",
        "- `Shape(side: float=1.0)`",
        "- `side: float`: In metres.",
        "### `grow(by: float, /, *, twice: bool=False) -> None`",
        "Grow.",
        "### `area: float`",
        "Square metres.",
        "### `async unit(first: int) -> 'Shape'`",
        "Make one.",
        "## `class Kept`",
        "Made by the container.",
        "## `class Colour(StrEnum)`",
        "Which.",
        "- `RED = 'red'`",
        "## `one() -> None`",
        "First.",
    ]
