"""May this user call this tool? Decided in one place, for every door; in doubt the answer is no."""

from collections.abc import Iterable

from services.context import UserExecutionContext
from services.errors import PermissionDenied
from services.sealed import Sealed
from services.tools.tool import Tool

ADMIN = "admin"


class ToolPolicy(metaclass=Sealed):
    """Pure decisions from the context's roles and the tool's own flags."""

    def __init__(self, open_unlisted: bool) -> None:
        self._open_unlisted = open_unlisted

    def authorise(self, context: UserExecutionContext, tool: Tool) -> None:
        """Return, or raise ``PermissionDenied`` naming the tool and what is missing."""
        if reason := self._objection(context.roles, tool):
            raise PermissionDenied(f"{tool.name}: {reason}")

    def may_skip_checks(self, context: UserExecutionContext) -> bool:
        """Return whether this caller may ask for a call without permission check."""
        return ADMIN in context.roles

    def visible(self, tools: Iterable[Tool], roles: frozenset[str]) -> list[Tool]:
        """Return the tools that these roles may call."""
        return [tool for tool in tools if self._objection(roles, tool) is None]

    def _objection(self, roles: frozenset[str], tool: Tool) -> str | None:
        if tool.admin and ADMIN not in roles:
            return "only administrators may call this tool"
        if not self._open_unlisted and ADMIN not in roles:
            return "no policy allows this tool, and unlisted tools are closed (setting tools.open_unlisted)"
        return None
