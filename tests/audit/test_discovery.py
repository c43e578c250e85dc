"""Roles are proposed without being told, and what is proposed is a configuration that audits."""

import tomllib
from pathlib import Path

import pytest

from adapters.audit.auditing import Watching, Wish, gathered
from services.audit.audit import audit
from services.audit.configuration import Configuration, configuration
from services.audit.discovery import discovered
from services.audit.facts.reading import read_source
from services.audit.proposing import as_toml, as_values
from services.audit.tree import Tree
from tests.audit.helpdesk import FILES

FACTS = {path: read_source(text) for path, text in FILES.items()}
EXAMPLE = Path(__file__).parents[2] / "examples" / "helpdesk" / "before"


def proposals():
    return discovered(Tree(FACTS), Configuration())


def test_five_dispatchers_four_factories_and_three_bridges_are_two_roles():
    dispatcher, bridge = proposals()
    assert {each.last for each in dispatcher.members} == {
        *("UnifiedToolDispatcher", "RequestScopedToolDispatcher", "ToolDispatcher"),
        *("EscalationDispatcher", "SearchDispatcher"),
    }
    assert {each.last for each in dispatcher.factories} == {
        *("UnifiedToolDispatcherFactory", "ToolExecutorFactory", "EscalationFactory", "SearchFactory"),
        "LegacyFactory",
    }
    assert {each.last for each in bridge.members} == {
        *("AgentWebSocketBridge", "EscalationBridge", "UserEmitter"),
    }


def test_the_owner_is_the_class_that_does_most_and_its_factory_the_one_that_makes_it():
    dispatcher, bridge = (each.role for each in proposals())
    assert dispatcher.owner == "desk.unified.UnifiedToolDispatcher"
    assert dispatcher.factory == "desk.unified.UnifiedToolDispatcherFactory"
    assert dispatcher.deprecated == ("desk.legacy_tools",)
    assert (bridge.owner, bridge.between) == ("desk.bridge.AgentWebSocketBridge", ("agent", "websocket"))


def test_what_is_printed_is_the_configuration_that_is_audited():
    table = tomllib.loads(as_toml(proposals()))["tool"]["soledoor"]["audit"]
    assert table["roles"] == [as_values(each.role) for each in proposals()]
    found = audit(FACTS, configuration(table)).findings
    told = {each.symbol.rpartition(".")[2] for each in found if each.rule == "competing-implementation"}
    assert {
        "RequestScopedToolDispatcher",
        "ToolDispatcher",
        "EscalationDispatcher",
        "SearchDispatcher",
    } == told
    assert {each.rule for each in found} >= {"competing-factory", "competing-adapter", "creation-path"}


PLUGINS = "".join(
    f"class {name}Reader(Base):\n    def load_data(self): return 1\n    def list_data(self): return 2\n"
    for name in ("Csv", "Json", "Html", "Pdf")
)


@pytest.mark.parametrize(
    "text",
    [
        f"class Base:\n    def load_data(self): raise NotImplementedError\n{PLUGINS}",
        f"from elsewhere import Base\n{PLUGINS}",
        "class OrderService:\n    def bill(self): 1\nclass UserService:\n    def log_in(self): 2\n",
        "class NewError(Exception): pass\nclass OldError(Exception): pass\n",
    ],
)
def test_plug_ins_of_one_interface_and_services_of_other_things_are_no_competition(text):
    assert discovered(Tree({"app.py": read_source(text)}), Configuration()) == []


def test_a_folder_that_is_itself_the_package_is_named_too():
    inner = {path.removeprefix("desk/"): facts for path, facts in FACTS.items() if path.startswith("desk/")}
    roles = tuple(each.role for each in discovered(Tree(inner, "desk"), Configuration()))
    assert roles[0].owner == "desk.unified.UnifiedToolDispatcher"
    assert audit(inner, Configuration(roles=roles), root_name="desk").findings


def test_where_nothing_competes_the_proposal_says_so():
    assert "No role was found" in as_toml([])
    assert configuration(tomllib.loads(as_toml([]))["tool"]["soledoor"]["audit"]).roles == ()


@pytest.mark.skipif(not EXAMPLE.is_dir(), reason="the worked example is not in this tree")
def test_the_worked_example_is_understood_without_being_told():
    facts = gathered(Wish(EXAMPLE, cached=False), Watching())
    by_name = {each.role.name: each for each in discovered(Tree(facts.files), Configuration())}
    assert set(by_name) == {"dispatcher", "bridge"}
    assert len(by_name["dispatcher"].members) == 5
    assert len(by_name["dispatcher"].factories) == 4
    assert len(by_name["bridge"].members) == 3
