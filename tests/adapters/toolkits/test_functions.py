import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.toolkits.functions import EntryPointToolkit, ModuleToolkit
from services.tools import Tool, ToolDefinitionError
from tests.build import build

GREET = 'def greet(name: str) -> str:\n    """Greet somebody."""\n    return f"Hello {name}"\n'


class Folder:
    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, name: str, text: str) -> None:
        (self.root / f"{name}.py").write_text(text)

    def tools(self, *modules: str) -> list[Tool]:
        return list(build(ModuleToolkit, modules).tools())

    def refusal(self, text: str) -> str:
        self.write("broken_tools", text)
        with pytest.raises(ToolDefinitionError) as caught:
            self.tools("broken_tools")
        assert "\n" not in str(caught.value)
        return str(caught.value)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    monkeypatch.syspath_prepend(tmp_path)
    before = set(sys.modules)
    yield Folder(tmp_path)
    for name in set(sys.modules) - before:
        del sys.modules[name]


def test_public_functions_that_a_module_defines_become_tools(folder: Folder) -> None:
    folder.write(
        "my_tools",
        f"from os.path import join\nimport json\nLIMIT = 3\nclass Helper: ...\n{GREET}def _own(): ...\n",
    )
    (tool,) = folder.tools("my_tools")
    assert (tool.name, tool.description) == ("greet", "Greet somebody.")
    assert tool.function(**tool.validate({"name": "Anna"})) == "Hello Anna"


OBJECTS = """
import logging, pathlib
from services.tools import tool_from_function
log, here = logging.getLogger("x"), pathlib.Path(".")
class Echo:
    name = "echo"
    def run(self, text: str) -> str: return text
echo = Echo()
"""


def test_tool_objects_in_a_module_become_tools_too(folder: Folder) -> None:
    folder.write("my_tools", f"{OBJECTS}{GREET}made = tool_from_function(greet, name='made')\n")
    assert [tool.name for tool in folder.tools("my_tools")] == ["echo", "greet", "made"]


def test_the_list_of_public_names_alone_counts_where_there_is_one(folder: Folder) -> None:
    folder.write("other_tools", GREET)
    folder.write(
        "my_tools", "from other_tools import greet\ndef more() -> int: return 1\n__all__ = ['greet']\n"
    )
    assert [tool.name for tool in folder.tools("my_tools")] == ["greet"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("def greet(:\n", "module broken_tools: has a syntax error in line 1"),
        ("import no_such_module_x\n", "needs the module no_such_module_x, which cannot be found: install it"),
        ("raise ValueError('two\\nlines')\n", "fails when it is imported: ValueError: two lines"),
        ("import sys\nsys.exit(3)\n", "fails when it is imported: SystemExit"),
        ("LIMIT = 3\n", "offers no tools: define a public function with type hints"),
        ("__all__ = ['gone']\n", "lists 'gone' in __all__ but does not define it"),
        ("__all__ = ['LIMIT']\nLIMIT = 3\n", "tool int of module broken_tools: is no tool"),
        ("__all__ = ['A']\nclass A: ...\n", "tool A of module broken_tools: is no tool"),
        ("def f(x: 'Nowhere') -> int: return 1\n", "tool f of module broken_tools: its type hint 'Nowhere'"),
        (
            "class C: ...\ndef f(x: C) -> int: return 1\n",
            "tool f of module broken_tools: a type hint cannot be read",
        ),
        (
            "def f(x: 'int[str]') -> int: return 1\n",
            "tool f of module broken_tools: has a type hint that cannot be read",
        ),
        ("def f(*args: int) -> int: return 1\n", "tool f of module broken_tools: parameter args"),
    ],
)
def test_a_broken_module_is_told_in_one_line_with_its_name_and_the_cure(
    folder: Folder, text: str, words: str
) -> None:
    assert words in folder.refusal(text)


def test_a_module_that_is_not_there_is_told_with_the_cure(folder: Folder) -> None:
    with pytest.raises(
        ToolDefinitionError, match=r"module gone_tools: needs the module gone_tools.*PYTHONPATH"
    ):
        folder.tools("gone_tools")


def test_no_modules_give_no_tools(folder: Folder) -> None:
    assert folder.tools() == []


def entry_points(folder: Folder, *lines: str) -> list[Tool]:
    package = folder.root / "greeting-1.0.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n")
    (package / "entry_points.txt").write_text("\n".join(["[soledoor.test]", *lines, ""]))
    return list(build(EntryPointToolkit, "soledoor.test").tools())


def test_entry_points_give_functions_lists_and_modules(folder: Folder) -> None:
    folder.write("greeting", f"{GREET}def part() -> int: return 1\nparts = [part]\n")
    folder.write("greeting_module", "def whole() -> int: return 1\n")
    tools = entry_points(folder, "b = greeting:parts", "a = greeting:greet", "c = greeting_module")
    assert [tool.name for tool in tools] == ["greet", "part", "whole"]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("a = greeting:gone", r"entry point a \(greeting:gone\): fails when it is imported: AttributeError"),
        ("a = gone_x:greet", r"entry point a \(gone_x:greet\): needs the module gone_x"),
        ("a = greeting:LIMIT", r"tool int of entry point a"),
    ],
)
def test_a_broken_entry_point_is_told_with_its_name(folder: Folder, line: str, words: str) -> None:
    folder.write("greeting", "LIMIT = 3\n")
    with pytest.raises(ToolDefinitionError, match=words):
        entry_points(folder, line)
