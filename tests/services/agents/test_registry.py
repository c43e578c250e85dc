"""The agent registry: names of their own, unknown ones refused in words, and a bound per user."""

from unittest.mock import Mock

import pytest

from services.agents.base import BaseAgent
from services.agents.registry import AgentRegistry, RequestAgents
from services.errors import InvalidInput, TooMuch, WiringError
from tests.build import build
from tests.services.contexts import a_context


class Cook(BaseAgent):
    """Cooks."""

    name, description = "cook", "Cooks"


class Nameless(BaseAgent):
    """Has no name."""

    name = ""


@pytest.mark.parametrize("kinds", [(Cook, Cook), (Nameless,)])
def test_an_agent_needs_a_name_of_its_own(kinds):
    with pytest.raises(WiringError, match="give the agent a name of its own"):
        build(AgentRegistry, kinds, 5)


def test_an_unknown_agent_is_refused_with_those_there_are():
    with pytest.raises(InvalidInput, match="there is no agent 'nobody'; there is cook"):
        build(AgentRegistry, (Cook,), 5).check("nobody")


def test_a_user_has_so_many_agents_at_once_and_others_theirs():
    registry = build(AgentRegistry, (Cook,), 2)
    registry.charge("ann")
    registry.charge("ann")
    with pytest.raises(TooMuch, match="2 agents at once"):
        registry.charge("ann")
    registry.charge("bob")
    registry.discharge("ann", 1)
    registry.charge("ann")
    assert (registry.live("ann"), registry.live("bob")) == (2, 1)


def test_a_request_makes_each_agent_once_and_gives_its_place_back_once():
    registry, ann, make = build(AgentRegistry, (Cook,), 1), a_context("ann"), Mock(side_effect=Mock)
    agents = build(RequestAgents, ann, registry, {"cook": make})
    assert agents.get("cook") is agents.get("cook")
    assert registry.live("ann") == make.call_count == 1
    agents.release()
    agents.release()
    assert registry.live("ann") == 0
