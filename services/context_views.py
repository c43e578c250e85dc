"""What a context tells about itself: identifiers, keys and exports, never its session and never a secret."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.errors import InvalidContextError
from services.exporting import exported


class ContextViews:
    """The reading half of ``UserExecutionContext``; every export is a plain copy that may be changed."""

    user_id: str
    thread_id: str
    run_id: str
    request_id: str
    websocket_client_id: str | None
    created_at: datetime
    agent_context: Mapping[str, Any]
    audit_metadata: Mapping[str, Any]
    roles: frozenset[str]
    operation_depth: int
    parent_request_id: str | None

    def to_dict(self) -> dict[str, Any]:
        """Return all fields but the session, secrets redacted, times as ISO text."""
        return {
            **self._identifiers(),
            "agent_context": exported(self.agent_context),
            "audit_metadata": exported(self.audit_metadata),
        }

    def get_audit_trail(self) -> dict[str, Any]:
        """Return who, where, when and the audit metadata, without session and secrets."""
        return {
            **self._identifiers(),
            "correlation_id": self.get_correlation_id(),
            "audit_metadata": exported(self.audit_metadata),
        }

    def _identifiers(self) -> dict[str, Any]:
        return {
            "user_id": self.user_id,
            "thread_id": self.thread_id,
            "run_id": self.run_id,
            "request_id": self.request_id,
            "websocket_client_id": self.websocket_client_id,
            "created_at": self.created_at.isoformat(),
            "roles": sorted(self.roles),
            "operation_depth": self.operation_depth,
            "parent_request_id": self.parent_request_id,
        }

    def get_correlation_id(self) -> str:
        """Return the first 8 characters of user, thread, run and request, joined by colons."""
        return f"{self.user_id[:8]}:{self.thread_id[:8]}:{self.run_id[:8]}:{self.request_id[:8]}"

    def get_scoped_key(self, component: str) -> str:
        """Return ``component:user_id:request_id``; a blank component is refused."""
        if not component.strip():
            raise InvalidContextError("component", "must not be blank")
        return f"{component}:{self.user_id}:{self.request_id}"

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.get_correlation_id()})"
