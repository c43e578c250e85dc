"""What there is to draw of a role: who makes it, which classes fill it, who goes past the owner."""

from typing import NamedTuple

from services.audit.configuration import Role
from services.audit.rules.case import Case
from services.audit.rules.construction import constructions


class Node(NamedTuple):
    """A class, a maker or a file that constructs."""

    name: str
    place: str
    right: bool
    """Whether it is the owner, its factory, or allowed to make it."""


class Paths(NamedTuple):
    """One role's ways: makers, classes, and which maker leads to which class by their places."""

    role: str
    makers: tuple[Node, ...]
    classes: tuple[Node, ...]
    ways: tuple[tuple[int, int], ...]


def competing_paths(case: Case) -> list[Paths]:
    """Return the ways of every role that has more than its owner."""
    drawn = [_paths(case, role) for role in case.cast.roles]
    return [each for each in drawn if len(each.classes) > 1 or any(not node.right for node in each.makers)]


def _paths(case: Case, role: Role) -> Paths:
    owner = case.cast.owners[role.name]
    members = sorted(case.cast.members[role.name], key=lambda each: (each != owner, each))
    classes = [Node(each.name, each.path, each == owner) for each in members]
    place = {each: number for number, each in enumerate(members)}
    makers: dict[Node, int] = {}
    ways: set[tuple[int, int]] = set()
    for symbol, maker in case.makers.of[role.name].items():
        node = Node(symbol.name, symbol.path, maker.official)
        number = makers.setdefault(node, len(makers))
        ways |= {(number, place[made]) for made in case.makers.made_by(symbol) if made in place}
    for finding in constructions(case) if owner else ():
        node = Node(finding.symbol, finding.file, False)
        known = any(each.name == node.name and each.place == node.place for each in makers)
        if finding.role == role.name and not known:
            number = makers.setdefault(node, len(makers))
            ways |= {(number, place[each]) for each in members if finding.message.startswith(f"{each.last} ")}
    return Paths(role.name, tuple(makers), tuple(classes), tuple(sorted(ways)))
