"""Diagrams: how the graph is shown to people, as a text tree, as Mermaid, or as an SVG picture.

All three show the same picture and come out the same on every run.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal

from dependency_injector.containers import Container

from containers.kernel.picture import Kind, Meaning, Node, Picture, picture
from containers.kernel.svg import svg

Format = Literal["text", "mermaid", "svg"]

_SIGNS: Final[Mapping[Kind, str]] = {"application": "●", "request": "○", "input": "◇"}
_LEADS: Final[Mapping[Meaning, str]] = {"needs": "", "via": "via ", "opens": "opens ", "later": "later "}
_ARROWS: Final[Mapping[Meaning, str]] = {
    "needs": "-->",
    "via": "-- via -->",
    "opens": "-. opens .->",
    "later": "-. later .->",
}


def graph(container: Container, format: Format = "text") -> str:  # noqa: A002 - the word a user types
    """Return the container's graph; nothing is built. Raises ``ValueError`` for an unknown format."""
    if format not in _FORMATS:
        raise ValueError(f"format {format!r} is unknown: use one of {', '.join(_FORMATS)}")
    return _FORMATS[format](picture(container))


def text(shown: Picture) -> str:
    """Return a tree: what nothing refers to comes first; a node that has been shown is not unfolded again."""
    legend = "● one per application   ○ one per request   ◇ handed in   ↑ shown above"
    return "\n".join([legend, "", *_tree(shown)]) + "\n"


def _tree(shown: Picture) -> Iterator[str]:
    nodes = {node.name: node for node in shown.nodes}
    unfolded: set[str] = set()

    def branch(name: str, first: str, rest: str, lead: str) -> Iterator[str]:
        node, again = nodes[name], name in unfolded
        below = () if again else shown.below(name)
        unfolded.add(name)
        mark = " ↑" if again and shown.below(name) else ""
        yield f"{first}{lead}{_SIGNS[node.kind]} {name}  {node.product}{mark}"
        for index, arrow in enumerate(below):
            last = index == len(below) - 1
            corner, bar = ("└── ", "    ") if last else ("├── ", "│   ")
            yield from branch(arrow.end, rest + corner, rest + bar, _LEADS[arrow.meaning])

    referred = {arrow.end for arrow in shown.arrows}
    roots = [node.name for node in shown.nodes if node.name not in referred]
    for name in (*roots, *nodes):  # the second time for what only a cycle leads to
        if name not in unfolded:
            yield from branch(name, "", "", "")


def mermaid(shown: Picture) -> str:
    """Return a flowchart, the two lifetimes in a box each."""
    lines = ["flowchart TB"]
    for title, kinds in (("one per request", {"request", "input"}), ("one per application", {"application"})):
        lines.append(f'  subgraph {title.replace(" ", "_")}["{title}"]')
        lines += [f"    {_mermaid_node(node)}" for node in shown.nodes if node.kind in kinds]
        lines.append("  end")
    lines += [f"  n_{arrow.start} {_ARROWS[arrow.meaning]} n_{arrow.end}" for arrow in shown.arrows]
    return "\n".join(lines) + "\n"


def _mermaid_node(node: Node) -> str:
    left, right = ("([", "])") if node.kind == "input" else ("[", "]")
    product = node.product.replace("<", "‹").replace(">", "›")  # Mermaid reads labels as HTML
    return f'n_{node.name}{left}"<b>{node.name}</b><br/>{product}"{right}'


_FORMATS: Final[Mapping[str, Callable[[Picture], str]]] = {"text": text, "mermaid": mermaid, "svg": svg}
