"""Which roles the application must have filled."""

from services.ports import AgentWebSocketBridge, CallStore, ChatModel, Clock, EventLog, FileStore, RunStore
from services.ports.dispatching import ToolDispatcher
from services.ports.ephemeral import Ephemeral
from services.ports.leases import Leases
from services.ports.limits import Limits
from services.ports.notices import Notices

ROLES = (
    AgentWebSocketBridge, CallStore, ChatModel, Clock, Ephemeral, EventLog, FileStore, Leases, Limits,
    Notices, RunStore, ToolDispatcher,
)  # fmt: skip
"""Each is filled by exactly one provider, or the process does not start."""
