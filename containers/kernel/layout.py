"""Layout: where each node of a picture stands and which way its arrows take, in pixels.

Two bands, request objects above, application objects below. In a band a node stands below everything that
needs it; a row that is too wide continues on the next line. An arrow that crosses other rows gets a lane in
each, between the boxes; arrows to the same node share their lanes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from containers.kernel.picture import Arrow, Node, Picture

MARGIN: Final = 40.0
HEAD: Final = 84.0
BOX_HEIGHT: Final = 46.0
_ROW_WIDTH, _COLUMN_GAP, _ROW_GAP, _BAND_HEAD, _BAND_GAP = 1000.0, 24.0, 54.0, 46.0, 44.0
_SWEEPS: Final = 6

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place in a row: a node, or a lane that leads to one. ``key`` is unique in its row."""

    key: str
    width: float
    node: Node | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A node and its place; ``x`` is its middle, ``y`` its top."""

    node: Node
    x: float
    y: float
    width: float


@dataclass(frozen=True, slots=True)
class Band:
    """All objects of one lifetime."""

    title: str
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class Layout:
    """The finished page."""

    width: float
    height: float
    bands: tuple[Band, ...]
    boxes: tuple[Box, ...]
    routes: tuple[tuple[Arrow, tuple[Point, ...]], ...]


def lay_out(shown: Picture) -> Layout:
    """Place every node and route every arrow."""
    rows: list[list[Slot]] = []
    tops: list[float] = []
    bands: list[Band] = []
    y = HEAD
    for title, kinds in (("one per request", {"request", "input"}), ("one per application", {"application"})):
        lines = list(_lines([node for node in shown.nodes if node.kind in kinds], shown))
        if lines:
            height = _BAND_HEAD + len(lines) * (BOX_HEIGHT + _ROW_GAP) - _ROW_GAP / 2
            tops += [y + _BAND_HEAD + index * (BOX_HEIGHT + _ROW_GAP) for index in range(len(lines))]
            rows += [[Slot(node.name, _width(node), node) for node in line] for line in lines]
            bands.append(Band(title, y, height))
            y += height + _BAND_GAP
    paths = _open_lanes(rows, shown)
    middles = _order(rows, paths)
    page = 2 * MARGIN + max([_ROW_WIDTH, *map(_row_width, rows)])
    boxes = tuple(
        Box(slot.node, page / 2 + middles[index, slot.key], tops[index], slot.width)
        for index, row in enumerate(rows)
        for slot in row
        if slot.node is not None
    )
    placed = {step: page / 2 + middle for step, middle in middles.items()}
    return Layout(
        page, y - _BAND_GAP + MARGIN, tuple(bands), boxes, tuple(_routes(paths, placed, tops, boxes))
    )


def _width(node: Node) -> float:
    return max(len(node.name) * 8.1, len(node.product) * 6.6) + 26


def _row_width(row: Sequence[Slot]) -> float:
    return sum(slot.width + _COLUMN_GAP for slot in row) - _COLUMN_GAP


def _lines(nodes: Sequence[Node], shown: Picture) -> Iterator[list[Node]]:
    """Yield rows by the longest way from a node that nothing refers to; wide ones in parts of about the same
    length."""
    inside = {node.name for node in nodes}
    users: dict[str, list[str]] = {name: [] for name in inside}
    for arrow in shown.arrows:
        if arrow.start in inside and arrow.end in inside and arrow.meaning != "opens":
            users[arrow.end].append(arrow.start)
    depths: dict[str, int] = {}

    def depth(name: str, path: tuple[str, ...]) -> int:
        if name not in depths:
            above = [depth(user, (*path, name)) for user in users[name] if user not in path]
            depths[name] = 1 + max(above, default=-1)
        return depths[name]

    for level in sorted({depth(node.name, ()) for node in nodes}):
        row = [node for node in nodes if depths[node.name] == level]
        parts = int(sum(_width(node) + _COLUMN_GAP for node in row) // _ROW_WIDTH) + 1
        size = -(-len(row) // parts)
        yield from (row[at : at + size] for at in range(0, len(row), size))


Step = tuple[int, str]


def _open_lanes(rows: list[list[Slot]], shown: Picture) -> dict[Arrow, tuple[Step, ...]]:
    """Add lanes to the rows; return the slots each arrow passes, its own ends included."""
    level = {slot.key: index for index, row in enumerate(rows) for slot in row}
    paths: dict[Arrow, tuple[Step, ...]] = {}
    for arrow in shown.arrows:
        first, last = level[arrow.start], level[arrow.end]
        way = 1 if last > first else -1
        lane = f"{'down' if way > 0 else 'up'} to {arrow.end}"
        between = range(first + way, last, way) if first != last else range(0)
        for index in between:
            if all(slot.key != lane for slot in rows[index]):
                rows[index].append(Slot(lane, 4.0))
        paths[arrow] = ((first, arrow.start), *((index, lane) for index in between), (last, arrow.end))
    return paths


def _order(rows: list[list[Slot]], paths: dict[Arrow, tuple[Step, ...]]) -> dict[Step, float]:
    """Order each row by its neighbours, sweeping down and up; return the middle of each slot, from the
    page's middle."""
    beside: dict[Step, list[Step]] = {}
    for one, other in (pair for path in paths.values() for pair in pairwise(path)):
        beside.setdefault(one, []).append(other)
        beside.setdefault(other, []).append(one)
    middles = {step: middle for index, row in enumerate(rows) for step, middle in _middles(index, row)}
    for sweep in range(_SWEEPS):
        order = range(len(rows)) if sweep % 2 == 0 else range(len(rows) - 1, -1, -1)
        for index in order:
            fixed = index - 1 if sweep % 2 == 0 else index + 1
            pulls: dict[str, float] = {}
            for slot in rows[index]:
                near = [middles[step] for step in beside.get((index, slot.key), ()) if step[0] == fixed]
                pulls[slot.key] = sum(near) / len(near) if near else middles[index, slot.key]
            rows[index].sort(key=lambda slot, pulls=pulls: pulls[slot.key])  # type: ignore[misc] # bound now
            middles.update(_middles(index, rows[index]))
    return middles


def _middles(index: int, row: Sequence[Slot]) -> Iterator[tuple[Step, float]]:
    x = -_row_width(row) / 2
    for slot in row:
        yield (index, slot.key), x + slot.width / 2
        x += slot.width + _COLUMN_GAP


def _routes(
    paths: dict[Arrow, tuple[Step, ...]],
    middles: dict[Step, float],
    tops: Sequence[float],
    boxes: Sequence[Box],
) -> Iterator[tuple[Arrow, tuple[Point, ...]]]:
    """Yield each arrow's points; at a box they are spread in the order of where they come from."""
    widths = {box.node.name: box.width for box in boxes}
    ports: dict[tuple[Step, bool], dict[Step, float]] = {}
    for path in paths.values():
        for end, near in ((path[0], path[1]), (path[-1], path[-2])):
            ports.setdefault((end, near[0] > end[0]), {})[near] = middles[near]
    for arrow, path in paths.items():
        points = [_port(path[0], path[1], ports, middles, tops, widths)]
        for index, lane in path[1:-1]:
            top, bottom = (
                (middles[index, lane], tops[index]),
                (middles[index, lane], tops[index] + BOX_HEIGHT),
            )
            points += [top, bottom] if path[-1][0] > path[0][0] else [bottom, top]
        yield arrow, (*points, _port(path[-1], path[-2], ports, middles, tops, widths))


def _port(
    end: Step,
    near: Step,
    ports: dict[tuple[Step, bool], dict[Step, float]],
    middles: dict[Step, float],
    tops: Sequence[float],
    widths: dict[str, float],
) -> Point:
    below = near[0] > end[0]
    others = sorted(ports[end, below], key=lambda step: (ports[end, below][step], step))
    reach = min(widths[end[1]] - 28, 18.0 * (len(others) - 1))
    offset = reach * (others.index(near) / (len(others) - 1) - 0.5) if len(others) > 1 else 0.0
    return middles[end] + offset, tops[end[0]] + (BOX_HEIGHT if below else 0.0)
