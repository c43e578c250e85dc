"""Pictures as SVG: the competing paths, and the map's matrix. Colours say nothing that words do not."""

from collections.abc import Iterable, Sequence
from html import escape

from services.audit.mapping import DIFFERS, MISSING, SAME, RoleMap
from services.audit.picture import Node, Paths

ROW, BOX, GAP, MARGIN, WIDE = 44, 34, 120, 20, 300
CELL, LABEL, HEADS, LEGEND = 26, 400, 140, 170
_FILL = {True: ("#e3f4e6", "#2e7d4f"), False: ("#fdeaea", "#b3423a")}
_MEANING = {True: "the one way", False: "competes with it"}
_STATES = {SAME: ("#8fcf9f", "✓"), DIFFERS: ("#f2cf7e", "≠"), MISSING: ("#f3b0a9", "–")}
_STYLE = (
    "<style>text{font:12px sans-serif;fill:#1c2733}"
    ".role{font-weight:bold;font-size:15px}.small{font-size:10px}</style>"
)


def paths_svg(drawn: Iterable[Paths]) -> str:
    """Return the competing paths: makers left, classes right, green for what is right."""
    parts, top = [_meaning(place, right) for place, right in enumerate(_FILL)], MARGIN + ROW
    for paths in drawn:
        parts.append(_text(MARGIN, top + 14, paths.role, "role"))
        top += 26
        parts += [_way(top, maker, made) for maker, made in paths.ways]
        parts += [_box(MARGIN, top + ROW * place, node) for place, node in enumerate(paths.makers)]
        right = MARGIN + WIDE + GAP
        parts += [_box(right, top + ROW * place, node) for place, node in enumerate(paths.classes)]
        top += ROW * max(len(paths.makers), len(paths.classes)) + MARGIN
    return _document(2 * (MARGIN + WIDE) + GAP, top, parts)


def map_svg(maps: Sequence[RoleMap]) -> str:
    """Return how each implementation compares with the owner: a row each, a column for each method."""
    parts, top = [_key(place, state) for place, state in enumerate(_STATES)], MARGIN + ROW
    for role in maps:
        parts.append(_text(MARGIN, top + 14, role.role, "role"))
        top += HEADS
        parts += [_head(place, top - 8, method) for place, method in enumerate(role.methods)]
        for row in role.implementations:
            told = f"{row.symbol}{' (owner)' if row.owner else ''}, consumers: {len(row.consumers)}"
            parts.append(_text(MARGIN, top + 17, _short(told, 60)))
            cells = enumerate(row.fits.values())
            parts += [
                _cell(MARGIN + LABEL + CELL * place, top, fit.state, fit.detail) for place, fit in cells
            ]
            top += CELL
        top += MARGIN
    columns = max((len(each.methods) for each in maps), default=0)
    return _document(2 * MARGIN + LABEL + CELL * columns + 80, top, parts)


def _document(width: int, height: int, parts: Iterable[str]) -> str:
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
    return "\n".join([head, _STYLE, '<rect width="100%" height="100%" fill="#fff"/>', *parts, "</svg>"])


def _meaning(place: int, right: bool) -> str:
    x, (fill, line) = MARGIN + LEGEND * place, _FILL[right]
    box = f'<rect x="{x}" y="{MARGIN}" width="24" height="18" rx="4" fill="{fill}" stroke="{line}"/>'
    return box + _text(x + 32, MARGIN + 14, _MEANING[right])


def _key(place: int, state: str) -> str:
    x = MARGIN + LEGEND * place
    return _cell(x, MARGIN - 4, state, "") + _text(x + 32, MARGIN + 12, state)


def _head(place: int, y: int, method: str) -> str:
    x = MARGIN + LABEL + CELL * place + 12
    return f'<text x="{x}" y="{y}" transform="rotate(-60 {x} {y})">{escape(_short(method, 24))}</text>'


def _box(x: int, y: int, node: Node) -> str:
    fill, line = _FILL[node.right]
    told = f"{node.name}, {node.place}{'' if node.right else ' (competes)'}"
    return (
        f"<g><title>{escape(told)}</title>"
        f'<rect x="{x}" y="{y}" width="{WIDE}" height="{BOX}" rx="6" fill="{fill}" stroke="{line}"/>'
        f"{_text(x + 8, y + 15, _short(node.name))}"
        f"{_text(x + 8, y + 28, _short(node.place, 52), 'small')}</g>"
    )


def _way(top: int, maker: int, made: int) -> str:
    x, y = MARGIN + WIDE, top + ROW * maker + BOX // 2
    end, middle = top + ROW * made + BOX // 2, x + GAP // 2
    bend = f"M{x} {y}C{middle} {y} {middle} {end} {x + GAP} {end}"
    return f'<path d="{bend}" fill="none" stroke="#7b8794"/>'


def _cell(x: int, y: int, state: str, detail: str) -> str:
    fill, mark = _STATES[state]
    told = f"{state}: {detail}" if detail else state
    return (
        f"<g><title>{escape(told)}</title>"
        f'<rect x="{x}" y="{y}" width="{CELL - 2}" height="{CELL - 2}" fill="{fill}"/>'
        f"{_text(x + 7, y + 16, mark)}</g>"
    )


def _text(x: int, y: int, text: str, kind: str = "") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x}" y="{y}"{style}>{escape(text)}</text>'


def _short(text: str, most: int = 42) -> str:
    return text if len(text) <= most else f"…{text[1 - most :]}"
