"""The tools and agents a user may use, and calls without an agent."""

from typing import Any

from fastapi import APIRouter

from adapters.web.bodies import DirectCall
from adapters.web.credentials import Caller
from adapters.web.doors import Door
from adapters.web.gates import Guarded
from adapters.web.views import AgentsView, AgentView, ToolsView, ToolView
from services.errors import InvalidInput, NotFound, Refused, TooMuch, Unavailable
from services.tools.function import TOOL_NAME
from services.tools.result import ToolError

REFUSALS: dict[str, type[Refused]] = {
    "tool_not_found": NotFound,
    "invalid_arguments": InvalidInput,
    "rate_limited": TooMuch,
    "too_many_calls": TooMuch,
    "draining": Unavailable,
    "overloaded": Unavailable,
    "storage_unavailable": Unavailable,
}
"""Codes of calls that never started: problems over HTTP. A tool that ran and failed is an answer."""

router = APIRouter(route_class=Guarded, tags=["tools"])


@router.get("/api/tools")
async def tools(door: Door, caller: Caller) -> ToolsView:
    """Return the tools this user may call."""
    allowed = door.policy.visible(door.catalog.all(), caller.user.roles)
    views = [
        ToolView(
            name=tool.name,
            description=tool.description,
            parameters=dict(tool.parameters),
            requires_approval=tool.requires_approval,
            admin=tool.admin,
        )
        for tool in allowed
    ]
    return ToolsView(tools=views)


@router.post("/api/tools/{name}")
async def call_tool(door: Door, caller: Caller, name: str, body: DirectCall) -> dict[str, Any]:
    """Call a tool through the one door; a tool that fails is answered with 200 and its error."""
    if not TOOL_NAME.fullmatch(name):
        raise NotFound("There is no tool of that name.", code="tool_not_found")
    result = await door.calls.call(caller.user, name, body.arguments, idempotency_key=body.idempotency_key)
    if not result.success and result.error is not None and result.error.code in REFUSALS:
        raise _refused(result.error)
    return result.to_dict()


@router.get("/api/agents")
async def agents(door: Door) -> AgentsView:
    """Return the agents a message may ask for."""
    named = door.agents.names().items()
    return AgentsView(agents=[AgentView(name=name, description=text) for name, text in named])


def _refused(error: ToolError) -> Refused:
    return REFUSALS[error.code](
        error.message, code=error.code, errors=error.details, retry_after_s=error.retry_after_s
    )
