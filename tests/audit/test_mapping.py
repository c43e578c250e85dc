"""The map says who uses what of each role, and what of the owner each implementation lacks."""

import pytest

from adapters.audit.svg import map_svg
from services.audit.configuration import Configuration
from services.audit.discovery import discovered
from services.audit.facts.reading import read_source
from services.audit.mapping import DIFFERS, MISSING, SAME, SOME, dependency_map
from services.audit.rules.case import Case
from services.audit.tree import Tree
from tests.audit.helpdesk import FILES


@pytest.fixture(scope="module")
def maps():
    more = {"desk/loose.py": "async def go(dispatcher):\n    await dispatcher.execute_tool('x')\n"}
    tree = Tree({path: read_source(text) for path, text in {**FILES, **more}.items()})
    roles = tuple(each.role for each in discovered(tree, Configuration()))
    return dependency_map(Case(tree, Configuration(roles=roles)))


def rows(maps):
    return {each.symbol.rpartition(".")[2]: each for each in maps[0].implementations}


def test_consumers_are_named_with_the_methods_that_they_use(maps):
    consumer = next(
        each for each in rows(maps)["UnifiedToolDispatcher"].consumers if each.symbol == "close_all"
    )
    assert (consumer.file, consumer.methods) == (
        "desk/feature.py",
        ("cleanup", "create_for_user", "execute_tool"),
    )


def test_who_names_the_role_but_no_class_uses_any_of_them(maps):
    assert [each.file for each in rows(maps)[SOME].consumers] == ["desk/loose.py"]


def test_the_owner_comes_first_and_fits_itself(maps):
    first = maps[0].implementations[0]
    assert first.owner
    assert first.share == 1.0


def test_what_is_missing_and_what_differs_is_told(maps):
    fits = rows(maps)["RequestScopedToolDispatcher"].fits
    assert fits["has_tool"].state == MISSING
    assert (fits["execute_tool"].state, fits["cleanup"].state) == (SAME, SAME)
    plain = rows(maps)["ToolDispatcher"].fits
    assert (plain["cleanup"].state, plain["cleanup"].detail) == (DIFFERS, "is not async")
    search = rows(maps)["SearchDispatcher"].fits["execute_tool"]
    assert (search.state, search.detail) == (DIFFERS, "takes no parameters")
    wrapper = rows(maps)["EscalationDispatcher"].fits
    assert wrapper["has_tool"].detail == "handed on by __getattr__"


def test_the_map_is_drawn_and_written_as_json(maps):
    import xml.etree.ElementTree as ET

    picture = map_svg(maps)
    ET.fromstring(picture)
    assert all(f"{state}</text>" in picture for state in (SAME, DIFFERS, MISSING))
    told = maps[0].as_json()
    assert told["implementations"][0]["owner"] is True
    assert {"symbol", "file", "line", "owner", "consumers", "compatibility", "share"} == set(
        told["implementations"][0]
    )
