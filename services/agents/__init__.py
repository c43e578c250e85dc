"""Agents: who answers, with which tools, and who chooses among them."""

from services.agents.base import BaseAgent
from services.agents.loop import ToolAgent
from services.agents.request import AgentFailed, AgentRequest, AgentResult

__all__ = ["AgentFailed", "AgentRequest", "AgentResult", "BaseAgent", "ToolAgent"]
