"""The control messages of the socket: the one definition that parses, writes and publishes them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, model_validator

Handle = Annotated[str, Field(min_length=1, max_length=200)]
Content = Annotated[str, Field(min_length=1, max_length=65_536)]
Reason = Annotated[str, Field(max_length=2000)]
Files = Annotated[list[Handle], Field(max_length=20)]


class FromClient(BaseModel):
    """What a client may send: exact types, no unknown fields."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class UserMessage(FromClient):
    """Start a run; without ``thread_id`` in a new thread."""

    type: Literal["user_message"]
    message_id: Handle
    content: Content
    thread_id: Handle | None = None
    agent: Handle | None = None
    files: Files = []


class Cancel(FromClient):
    """Cancel a run."""

    type: Literal["cancel"]
    run_id: Handle


class Approve(FromClient):
    """Allow a waiting tool call."""

    type: Literal["approve"]
    call_id: Handle
    reason: Reason | None = None


class Deny(FromClient):
    """Forbid a waiting tool call."""

    type: Literal["deny"]
    call_id: Handle
    reason: Reason | None = None


class Ack(FromClient):
    """Everything up to ``seq`` has arrived."""

    type: Literal["ack"]
    seq: Annotated[int, Field(ge=0)]


class Auth(FromClient):
    """Log in with a ticket or a token: as first message, or to go on after the present credential expires."""

    type: Literal["auth"]
    ticket: Handle | None = None
    token: Handle | None = None

    @model_validator(mode="after")
    def _one(self) -> "Auth":
        if (self.ticket is None) == (self.token is None):
            raise ValueError("give either ticket or token")
        return self


class Pong(FromClient):
    """An optional answer to ``ping``."""

    type: Literal["pong"]


Command = UserMessage | Cancel | Approve | Deny | Auth
ClientMessage = Annotated[
    UserMessage | Cancel | Approve | Deny | Ack | Auth | Pong, Field(discriminator="type")
]
CLIENT_MESSAGE: TypeAdapter[Any] = TypeAdapter(ClientMessage)


def _type_required(schema: dict[str, Any]) -> None:
    schema["required"] = ["type", *schema.get("required", ())]


class FromServer(BaseModel):
    """A control message; fields that are None are left out."""

    model_config = ConfigDict(frozen=True, serialize_by_alias=True, json_schema_extra=_type_required)

    def text(self) -> str:
        """Return the JSON text as it is sent."""
        return self.model_dump_json(exclude_none=True)


class Hello(FromServer):
    """Always first: who you are and where the log stands."""

    type: Literal["hello"] = "hello"
    v: Literal[1] = 1
    user_id: str
    epoch: str
    head: int
    first: int
    resumed: bool
    heartbeat_s: float


class Gap(FromServer):
    """The resume was refused: events ``from``..``to`` cannot be had here."""

    type: Literal["gap"] = "gap"
    from_: int = Field(alias="from")
    to: int
    reason: Literal["trimmed", "epoch", "ahead"]


class Accepted(FromServer):
    """The message is stored and its run will happen."""

    type: Literal["accepted"] = "accepted"
    message_id: str
    run_id: str
    thread_id: str


class Rejected(FromServer):
    """The message was not taken."""

    type: Literal["rejected"] = "rejected"
    message_id: str
    code: str
    detail: str
    retry_after_s: float | None = None


class Ping(FromServer):
    """Nothing happened for a while; ``head`` tells a client whether it missed the last events."""

    type: Literal["ping"] = "ping"
    head: int
    timestamp: str


class Bye(FromServer):
    """The server goes away: come back after this time."""

    type: Literal["bye"] = "bye"
    retry_ms: int


class ErrorMessage(FromServer):
    """A message could not be used; ``field`` names the wrong one."""

    type: Literal["error"] = "error"
    code: str
    detail: str
    field: str | None = None


ServerMessage = Hello | Gap | Accepted | Rejected | Ping | Bye | ErrorMessage
