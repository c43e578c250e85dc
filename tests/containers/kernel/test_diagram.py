"""Diagrams: the same graph as text, Mermaid and SVG, the same on every run."""

import subprocess
import sys
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from dependency_injector import containers, providers

from containers.kernel import Scoped, Shared, graph
from containers.kernel.layout import BOX_HEIGHT, lay_out
from containers.kernel.picture import Arrow, Node, Picture, picture
from containers.kernel.svg import svg
from tests.containers.kernel.example import Application

TEXT = """\
● one per application   ○ one per request   ◇ handed in   ↑ shown above

● open_request  Door
└── opens ○ request  Request
    ├── ◇ context  Context
    ├── ○ session  Session
    │   ├── ◇ context  Context
    │   ├── ● journal  Journal
    │   └── ○ bridge  WireBridge
    │       ├── ◇ context  Context
    │       └── ● journal  Journal
    ├── ○ dispatcher  OneDispatcher
    │   ├── via ● dispatcher_factory  DispatcherFactory
    │   │   └── ● journal  Journal
    │   ├── ◇ context  Context
    │   └── ○ bridge  WireBridge ↑
    ├── ○ agents  Agents
    │   ├── later ○ assistant  Assistant
    │   │   └── ○ dispatcher  OneDispatcher ↑
    │   └── later ○ analyst  Analyst
    │       └── ○ dispatcher  OneDispatcher ↑
    └── ○ bridge  WireBridge ↑
● open_quickly  Door
└── opens ○ request  Request ↑
● open_bridge  Door
└── opens ○ bridge  WireBridge ↑
● open_dispatcher  Door
└── opens ○ dispatcher  OneDispatcher ↑
"""


def test_the_text_shows_every_object_and_unfolds_it_once() -> None:
    assert graph(Application(), "text") == TEXT


def test_mermaid_keeps_the_lifetimes_apart_and_names_the_arrows() -> None:
    lines = graph(Application(), "mermaid").splitlines()
    assert lines[:2] == ["flowchart TB", '  subgraph one_per_request["one per request"]']
    assert '    n_context(["<b>context</b><br/>Context"])' in lines
    assert '    n_bridge["<b>bridge</b><br/>WireBridge"]' in lines
    for arrow in ("dispatcher -- via --> n_dispatcher_factory", "agents -. later .-> n_analyst"):
        assert f"  n_{arrow}" in lines
    assert "  n_open_request -. opens .-> n_request" in lines


def elements(text: str, tag: str) -> list[Any]:
    return ET.fromstring(text).findall(f".//{{http://www.w3.org/2000/svg}}{tag}")


def test_the_svg_is_one_file_with_every_node_and_arrow() -> None:
    text, shown = graph(Application(), "svg"), picture(Application())
    assert {group.get("id") for group in elements(text, "g")} == {f"n-{node.name}" for node in shown.nodes}
    ends = [path for path in elements(text, "path") if "from-" in path.get("class", "")]
    assert len(ends) == len(shown.arrows)
    assert "prefers-color-scheme: dark" in text
    assert text.count("http") == 1, "only the name of the SVG language is an address"


def test_the_svg_escapes_names() -> None:
    shown = Picture((Node("made", "<lambda>", "request"),), ())
    assert "&lt;lambda&gt;" in svg(shown)
    assert elements(svg(shown), "g")


def test_boxes_neither_overlap_nor_leave_the_page_and_a_user_stands_above_what_it_needs() -> None:
    shown = picture(Application())
    page = lay_out(shown)
    boxes = {box.node.name: box for box in page.boxes}
    for row in {box.y for box in page.boxes}:
        line = sorted((box for box in page.boxes if box.y == row), key=lambda box: box.x)
        assert all(a.x + a.width / 2 < b.x - b.width / 2 for a, b in pairwise(line))
        assert line[0].x > line[0].width / 2
        assert line[-1].x + line[-1].width / 2 < page.width
    for arrow in shown.arrows:
        if arrow.meaning != "opens":
            assert boxes[arrow.start].y + BOX_HEIGHT < boxes[arrow.end].y


def test_no_arrow_crosses_a_row_through_a_box() -> None:
    page = lay_out(picture(Application()))
    for arrow, points in page.routes:
        for (x, y), _ in list(pairwise(points))[1:]:
            for box in page.boxes:
                inside = abs(x - box.x) < box.width / 2 and box.y <= y <= box.y + BOX_HEIGHT
                assert not inside or box.node.name in {arrow.start, arrow.end}


def test_a_wide_row_continues_on_the_next_line() -> None:
    nodes = tuple(
        Node(f"a_rather_long_name_{index}", "AndALongClassName", "application") for index in range(12)
    )
    assert len({box.y for box in lay_out(Picture(nodes, ())).boxes}) == 3


def test_an_empty_container_and_a_graph_with_a_cycle_can_be_shown() -> None:
    class Knot(containers.DeclarativeContainer):
        left = Scoped(object)
        right = Scoped(object, left)
        left.add_args(right)
        odd = providers.Object(3)
        alone = Shared(dict)

    for form in ("text", "mermaid", "svg"):
        assert graph(containers.DynamicContainer(), form)
        assert "left" in graph(Knot(), form)
        assert "Object" in graph(Knot(), form)
    assert picture(Knot()).below("left") == (Arrow("left", "right", "needs"),)


def test_an_unknown_format_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError, match="'png' is unknown: use one of text, mermaid, svg"):
        graph(Application(), "png")  # type: ignore[arg-type] # the point


PRINT = (
    "from containers.kernel import graph; from tests.containers.kernel.example import Application; "
    "print(*[graph(Application(), f) for f in ('text', 'mermaid', 'svg')])"
)


def test_the_diagrams_do_not_depend_on_the_order_of_sets() -> None:
    runs = {
        subprocess.run(
            [sys.executable, "-c", PRINT], env={"PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(runs) == 1
