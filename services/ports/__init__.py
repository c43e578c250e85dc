"""Roles that others fill. Consumers name the role; the container decides who plays it."""

from services.ports.calls import CallRecord, CallStore
from services.ports.clock import Clock
from services.ports.events import AgentWebSocketBridge, EventLog, Frame, Head, Lapped, Place, Watch
from services.ports.files import FileStore, StoredFile
from services.ports.identity import PasswordHasher, Session, SessionStore, User, UserStore
from services.ports.memory import MemoryProbe
from services.ports.models import (
    ChatModel,
    Message,
    ModelError,
    Reply,
    TextDelta,
    ThinkingDelta,
    ToolRequest,
    ToolSchema,
    Usage,
)
from services.ports.notes import Note, NoteStore
from services.ports.run_store import RunStore
from services.ports.runs import (
    NewRun,
    Page,
    Run,
    RunError,
    RunStatus,
    StoredMessage,
    Thread,
    Told,
    Turns,
)

__all__ = [
    "AgentWebSocketBridge",
    "CallRecord",
    "CallStore",
    "ChatModel",
    "Clock",
    "EventLog",
    "FileStore",
    "Frame",
    "Head",
    "Lapped",
    "MemoryProbe",
    "Message",
    "ModelError",
    "NewRun",
    "Note",
    "NoteStore",
    "Page",
    "PasswordHasher",
    "Place",
    "Reply",
    "Run",
    "RunError",
    "RunStatus",
    "RunStore",
    "Session",
    "SessionStore",
    "StoredFile",
    "StoredMessage",
    "TextDelta",
    "ThinkingDelta",
    "Thread",
    "Told",
    "ToolRequest",
    "ToolSchema",
    "Turns",
    "Usage",
    "User",
    "UserStore",
    "Watch",
]
