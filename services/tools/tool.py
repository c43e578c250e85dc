"""What a tool is: a name, a schema the model reads, a validator, and a callable.

A tool is a value: immutable, shared by every request, holding no user's data. Adapters make tools out of
typed functions (``services.tools.function``) and of foreign tool objects; the dispatcher is the only one
that calls ``function``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from services.errors import FieldError, SoledoorError


class Injected(StrEnum):
    """What a tool may ask for beside its arguments; none of it is visible to the model."""

    CONTEXT = "context"
    PROGRESS = "progress"
    STATE = "state"


class InvalidArguments(SoledoorError):
    """The arguments do not fit the tool; one ``FieldError`` for each wrong field."""

    def __init__(self, tool_name: str, errors: Sequence[FieldError]) -> None:
        self.tool_name, self.errors = tool_name, tuple(errors)
        super().__init__(tool_name, self.errors)

    def __str__(self) -> str:
        return "; ".join(f"{error.field}: {error.message}" for error in self.errors)


class ToolFailed(SoledoorError):
    """Raised by a tool to say in its own words why it cannot do what was asked.

    The text reaches the user and the model (cut to 300 characters); the text of any other exception never
    does.
    """


class ToolDefinitionError(SoledoorError, ValueError):
    """Something offered as a tool is not one; the text names it and the cure."""

    def __init__(self, tool: str, problem: str) -> None:
        self.tool, self.problem = tool, problem
        super().__init__(tool, problem)

    def __str__(self) -> str:
        return f"tool {self.tool}: {self.problem}"


@dataclass(frozen=True, slots=True, eq=False)
class Tool:
    """One tool.

    ``parameters`` is a JSON Schema of type object. ``validate`` turns arguments from outside into keyword
    arguments for ``function`` or raises ``InvalidArguments``; it changes nothing it is given. ``injected``
    maps parameter names of ``function`` to what the engine passes in. ``timeout`` in seconds overrides the
    setting.
    """

    name: str
    description: str
    parameters: Mapping[str, Any]
    validate: Callable[[Mapping[str, Any]], dict[str, Any]]
    function: Callable[..., Any]
    is_async: bool
    admin: bool = False
    requires_approval: bool = False
    timeout: float | None = None
    injected: Mapping[str, Injected] = field(default_factory=dict)
