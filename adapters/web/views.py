"""What the HTTP interface answers: one model for each shape, published through OpenAPI."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer, WithJsonSchema

Moment = Annotated[
    datetime,
    PlainSerializer(lambda moment: moment.isoformat(), return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class Shape(BaseModel):
    """An answer."""

    model_config = ConfigDict(frozen=True)


class UserView(Shape):
    """A user, as they see themselves."""

    id: str
    name: str
    roles: list[str]


class LoginView(Shape):
    """A session."""

    token: str
    expires_at: Moment
    user: UserView


class TicketView(Shape):
    """A single-use credential for a socket's first message; ``expires_in`` seconds."""

    ticket: str
    expires_in: int


class ToolView(Shape):
    """A tool this user may call; ``parameters`` is a JSON Schema."""

    name: str
    description: str
    parameters: dict[str, Any]
    requires_approval: bool
    admin: bool


class ToolsView(Shape):
    """All of them."""

    tools: list[ToolView]


class AgentView(Shape):
    """An agent that a message may ask for."""

    name: str
    description: str


class AgentsView(Shape):
    """All of them."""

    agents: list[AgentView]


class ThreadView(Shape):
    """A conversation."""

    thread_id: str
    title: str
    created_at: Moment


class MessageView(Shape):
    """One turn; ``role`` is user or assistant."""

    message_id: str
    role: str
    content: str
    run_id: str | None
    created_at: Moment


class FileView(Shape):
    """An uploaded file; ``bytes`` is its size."""

    file_id: str
    name: str
    bytes: int
    media_type: str
    created_at: Moment


class UploadView(Shape):
    """What was stored."""

    file_id: str
    name: str
    bytes: int


class AcceptedView(Shape):
    """The run that a message started."""

    run_id: str
    thread_id: str
    message_id: str


class RunErrorView(Shape):
    """Why a run has no answer."""

    error_type: str
    message: str
    retryable: bool


class DeliveryView(Shape):
    """Where a run's last event stands in the log, and whether a client has acknowledged it."""

    place: str
    told_at: Moment | None
    delivered_at: Moment | None


class RunView(Shape):
    """A run; what is not there yet is left out."""

    run_id: str
    thread_id: str
    status: str
    answer: str | None = None
    error: RunErrorView | None = None
    started_at: Moment | None
    finished_at: Moment | None = None
    delivery: DeliveryView | None = None


class CallView(Shape):
    """A tool call in full: secrets redacted, nothing cut."""

    tool_name: str
    arguments: dict[str, Any]
    result: Any
    error: dict[str, Any] | None
    status: str
    execution_time_ms: float


class ThreadPage(Shape):
    """Newest first; ``next`` is the cursor of the next page, None at the end."""

    items: list[ThreadView]
    next: str | None


class MessagePage(Shape):
    """Newest first; ``next`` is the cursor of the next page, None at the end."""

    items: list[MessageView]
    next: str | None


class FilePage(Shape):
    """Newest first, all of them."""

    items: list[FileView]
    next: None = None


class ApprovalPage(Shape):
    """Waiting decisions."""

    items: list[dict[str, Any]]
    next: None = None
