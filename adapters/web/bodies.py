"""What the HTTP interface accepts: exact types, bounded lengths, no unknown fields."""

from typing import Annotated, Any, Literal

from fastapi import Path, Query
from pydantic import Field

from adapters.web.messages import Content, Files, FromClient, Handle, Reason

Id = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:~-]{1,200}$")]
Limit = Annotated[int, Query(ge=1, le=200, description="most items to return")]
Cursor = Annotated[str | None, Query(max_length=500, description="next of the page before")]
Credential = Annotated[str, Field(max_length=1000)]


class Credentials(FromClient):
    """A login."""

    username: Credential
    password: Credential


class Setup(Credentials):
    """The first administrator; ``code`` is the one that the server printed when it started."""

    code: Credential


class NewThread(FromClient):
    """A thread to be made."""

    title: Annotated[str, Field(min_length=1, max_length=200)] = "New conversation"


class NewMessage(FromClient):
    """A message that starts a run; give ``message_id`` to be able to repeat it safely."""

    content: Content
    message_id: Handle | None = None
    agent: Handle | None = None
    files: Files = Field(default_factory=list)


class DirectCall(FromClient):
    """A tool call without an agent."""

    arguments: dict[str, Any] = Field(default_factory=dict)
    idempotency_key: Handle | None = None


class Decision(FromClient):
    """A decision about a waiting tool call."""

    decision: Literal["approve", "deny"]
    reason: Reason | None = None
