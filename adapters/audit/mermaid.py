"""The competing paths as a Mermaid flow chart."""

from collections.abc import Iterable, Iterator

from services.audit.picture import Node, Paths

_STYLES = (
    "classDef right fill:#e3f4e6,stroke:#2e7d4f,color:#123",
    "classDef wrong fill:#fdeaea,stroke:#b3423a,color:#311",
)


def as_mermaid(drawn: Iterable[Paths]) -> str:
    """Return the chart: makers on the left, the classes that they make on the right."""
    lines = [line for number, each in enumerate(drawn) for line in _role(number, each)]
    return "\n".join(["flowchart LR", *lines, *(f"  {style}" for style in _STYLES)])


def _role(number: int, paths: Paths) -> Iterator[str]:
    yield f'  subgraph r{number}["{_text(paths.role)}"]'
    for place, node in enumerate(paths.makers):
        yield f"    {_node(f'r{number}m{place}', node)}"
    for place, node in enumerate(paths.classes):
        yield f"    {_node(f'r{number}c{place}', node)}"
    for maker, made in paths.ways:
        yield f"    r{number}m{maker} --> r{number}c{made}"
    yield "  end"


def _node(name: str, node: Node) -> str:
    return f'{name}["{_text(node.name)}<br/>{_text(node.place)}"]:::{"right" if node.right else "wrong"}'


def _text(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;").replace(">", "&gt;")
