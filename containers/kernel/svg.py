"""The SVG picture: one self-contained file, for light and dark pages, that highlights a node's arrows under
the pointer."""

from collections.abc import Iterator
from html import escape
from itertools import pairwise
from typing import Final

from containers.kernel.layout import BOX_HEIGHT, MARGIN, Band, Box, Layout, Point, lay_out
from containers.kernel.picture import Arrow, Picture

_NAMESPACE: Final = "http://www.w3.org/2000/svg"
_STYLE: Final = """
  svg {
    --page: #fbfbfa; --band: #f1f2f4; --ink: #1c2430; --soft: #5d6877; --line: #8a94a3; --box: #ffffff;
    --request: #0f766e; --application: #4353b3; --input: #b4560b; background: var(--page);
    font-family: ui-sans-serif, system-ui, "Segoe UI", "Helvetica Neue", Arial, sans-serif;
  }
  @media (prefers-color-scheme: dark) {
    svg {
      --page: #12161c; --band: #1a2029; --ink: #e8ecf2; --soft: #9aa6b6; --line: #66717f; --box: #222a35;
      --request: #4fd1c0; --application: #93a4ff; --input: #f5a35c;
    }
  }
  .page { fill: var(--page); }
  .band { fill: var(--band); }
  .head { fill: var(--ink); font-size: 20px; font-weight: 650; }
  .title { fill: var(--soft); font-size: 13px; font-weight: 600; letter-spacing: .04em; }
  .key { fill: var(--soft); font-size: 12px; }
  .node rect { fill: var(--box); stroke-width: 1.5; }
  .request rect { stroke: var(--request); }
  .request .name { fill: var(--request); }
  .application rect { stroke: var(--application); }
  .application .name { fill: var(--application); }
  .input rect { stroke: var(--input); stroke-dasharray: 5 3; }
  .input .name { fill: var(--input); }
  .name { font: 600 13px ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
  .product { fill: var(--soft); font-size: 11.5px; }
  .arrow { fill: none; stroke: var(--line); stroke-width: 1.2; opacity: .7; }
  .opens, .later { stroke-dasharray: 6 4; }
  .via { stroke-width: 2.2; }
  .tip { fill: var(--line); }
"""
_TIP: Final = (
    '<marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" '
    'markerUnits="userSpaceOnUse" orient="auto">'
    '<path class="tip" d="M0 0 8 4 0 8z"/></marker>'
)


def svg(shown: Picture) -> str:
    """Return the picture as the text of an SVG file."""
    page = lay_out(shown)
    return "\n".join(
        [
            f'<svg xmlns="{_NAMESPACE}" role="img" viewBox="0 0 {page.width:.0f} {page.height:.0f}">',
            "<title>Objects and their lifetimes</title>",
            f"<desc>{len(shown.nodes)} providers and {len(shown.arrows)} references between them.</desc>",
            f"<style>{_STYLE}{''.join(_highlights(shown))}</style>",
            _TIP,
            f'<rect class="page" width="{page.width:.0f}" height="{page.height:.0f}"/>',
            *_head(page),
            *(_band(band, page) for band in page.bands),
            *(_arrow(arrow, points) for arrow, points in page.routes),
            *(_node(box) for box in page.boxes),
            "</svg>\n",
        ]
    )


def _highlights(shown: Picture) -> Iterator[str]:
    for node in shown.nodes:
        hovered = f"svg:has(#n-{node.name}:hover)"
        yield f"  {hovered} .to-{node.name}, {hovered} .from-{node.name} "
        yield "{ stroke: var(--ink); stroke-width: 2.2; opacity: 1; }\n"


def _head(page: Layout) -> Iterator[str]:
    yield f'<text class="head" x="{MARGIN:.0f}" y="46">Objects and their lifetimes</text>'
    keys = (
        ("needs", "needs"),
        ("via", "is made via"),
        ("opens", "opens scopes of"),
        ("later", "makes on demand"),
    )
    for index, (meaning, label) in enumerate(keys):
        x = page.width - MARGIN - 156 * (len(keys) - index) + 10
        yield f'<path class="arrow {meaning}" marker-end="url(#tip)" d="M{x:.0f} 42h34"/>'
        yield f'<text class="key" x="{x + 42:.0f}" y="46">{label}</text>'


def _band(band: Band, page: Layout) -> str:
    place = f'x="{MARGIN / 2:.0f}" y="{band.top:.0f}" width="{page.width - MARGIN:.0f}"'
    return (
        f'<rect class="band" rx="14" {place} height="{band.height:.0f}"/>'
        f'<text class="title" x="{MARGIN:.0f}" y="{band.top + 26:.0f}">{band.title}</text>'
    )


def _arrow(arrow: Arrow, points: tuple[Point, ...]) -> str:
    curve = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x1, y1), (x2, y2) in pairwise(points):
        bend = (y2 - y1) / 2
        curve += f"C{x1:.1f} {y1 + bend:.1f} {x2:.1f} {y2 - bend:.1f} {x2:.1f} {y2:.1f}"
    kinds = f"arrow {arrow.meaning} from-{arrow.start} to-{arrow.end}"
    return f'<path class="{kinds}" marker-end="url(#tip)" d="{curve}"/>'


def _node(box: Box) -> str:
    node, left = box.node, box.x - box.width / 2
    return (
        f'<g id="n-{node.name}" class="node {node.kind}"><title>{node.name}: {escape(node.product)}</title>'
        f'<rect x="{left:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" height="{BOX_HEIGHT:.0f}" rx="9"/>'
        f'<text class="name" text-anchor="middle" x="{box.x:.1f}" y="{box.y + 20:.1f}">{node.name}</text>'
        f'<text class="product" text-anchor="middle" x="{box.x:.1f}" y="{box.y + 36:.1f}">'
        f"{escape(node.product)}</text></g>"
    )
