"""``import-cycle``: modules that need each other to be imported first."""

from collections.abc import Iterator, Mapping

from services.audit.facts.records import EAGER, LAZY
from services.audit.findings import HIGH, MEDIUM, Finding
from services.audit.rules.case import Case

RULE = "import-cycle"
_SHOWN = 6
_TRIED = 50
"""Places from which a shortest way around is looked for: a large knot has thousands."""

Edges = Mapping[str, Mapping[str, int]]


def import_cycles(case: Case) -> Iterator[Finding]:
    """Yield each cycle once: those of imports that run at once, then those that lazy imports close."""
    eager, every = _edges(case)
    known = [set(each) for each in components(eager)]
    for members in known:
        yield _finding(case, eager, members, "each needs the other to be imported first", HIGH)
    for each in components(every):
        if set(each) not in known and (way := _through_a_lazy_one(eager, every, set(each))):
            why = "held apart only by imports inside of functions"
            yield _told(case, every, set(each), way, why, MEDIUM)


def _edges(case: Case) -> tuple[Edges, Edges]:
    """Return which file imports which at which line: at once, and at once or later."""
    eager: dict[str, dict[str, int]] = {}
    every: dict[str, dict[str, int]] = {}
    for path, facts in case.tree.files.items():
        at_once, at_all = eager.setdefault(path, {}), every.setdefault(path, {})
        for each in facts.imports:
            if each.kind not in {EAGER, LAZY}:
                continue
            target = _target(case, path, each.module, each.name)
            if target is not None and target != path:
                at_all.setdefault(target, each.line)
                if each.kind == EAGER:
                    at_once.setdefault(target, each.line)
    return eager, every


def _target(case: Case, path: str, module: str, name: str) -> str | None:
    """Return the file that an import runs: a submodule where the name is one, else the module itself."""
    if name and name != "*":
        separator = "" if module.endswith(".") else "."
        source = case.tree.modules.find(module, path)
        inner = case.tree.modules.find(f"{module}{separator}{name}", path)
        if inner is not None and (source is None or not case.tree.binds(source, name)):
            return inner
        return source
    return case.tree.modules.find(module, path)


def components(edges: Edges) -> list[list[str]]:
    """Return the groups of more than one file in which each reaches every other, in order of path."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    open_ = set[str]()
    found: list[list[str]] = []
    for start in sorted(edges):
        if start in index:
            continue
        work = [(start, iter(sorted(edges.get(start, ()))))]
        index[start] = low[start] = len(index)
        stack.append(start)
        open_.add(start)
        while work:
            node, targets = work[-1]
            for target in targets:
                if target not in index:
                    index[target] = low[target] = len(index)
                    stack.append(target)
                    open_.add(target)
                    work.append((target, iter(sorted(edges.get(target, ())))))
                    break
                if target in open_:
                    low[node] = min(low[node], index[target])
            else:
                work.pop()
                if work:
                    low[work[-1][0]] = min(low[work[-1][0]], low[node])
                if low[node] == index[node]:
                    found.extend(_popped(stack, open_, node))
    return sorted(found)


def _popped(stack: list[str], open_: set[str], node: str) -> Iterator[list[str]]:
    group = []
    while True:
        top = stack.pop()
        open_.discard(top)
        group.append(top)
        if top == node:
            break
    if len(group) > 1:
        yield sorted(group)


def _finding(case: Case, edges: Edges, members: set[str], why: str, confidence: str) -> Finding:
    return _told(case, edges, members, _shortest(edges, members), why, confidence)


def _told(case: Case, edges: Edges, members: set[str], way: list[str], why: str, confidence: str) -> Finding:
    shown = " → ".join([*way[:_SHOWN], "…" if len(way) > _SHOWN else way[0]])
    more = f" ({len(members)} modules hang together)" if len(members) > len(way) else ""
    line, name = edges[way[0]][way[1]], case.tree.modules.names(way[0])
    return case.finding(RULE, None, way[0], line, name, f"{shown}: {why}{more}", confidence)


def _through_a_lazy_one(eager: Edges, every: Edges, members: set[str]) -> list[str]:
    """Return a shortest cycle that begins with a lazy import; empty when eager ones alone close it."""
    best: list[str] = []
    lazy = [(one, other) for one in sorted(members) for other in sorted(every[one]) if other in members]
    for one, other in [pair for pair in lazy if pair[1] not in eager[pair[0]]][:_TRIED]:
        bound = len(best) or len(members) + 1
        way = _back_to({**every, one: {other: every[one][other]}}, members, one, bound)
        if way and (not best or len(way) < len(best)):
            best = way
    return best


def _shortest(edges: Edges, members: set[str]) -> list[str]:
    """Return a shortest cycle among the members; the first by path of those equally short from its start."""
    best: list[str] = []
    for start in sorted(members)[:_TRIED]:
        way = _back_to(edges, members, start, len(best) or len(members) + 1)
        if way and (not best or len(way) < len(best)):
            best = way
        if len(best) == 2:
            break
    return best


def _back_to(edges: Edges, members: set[str], start: str, bound: int) -> list[str]:
    came: dict[str, str] = {}
    layer = [start]
    for _ in range(bound):
        following = []
        for node in layer:
            for target in sorted(edges[node]):
                if target == start:
                    way = [node]
                    while way[-1] != start:
                        way.append(came[way[-1]])
                    return way[::-1]
                if target in members and target not in came:
                    came[target] = node
                    following.append(target)
        layer = following
    return []
