"""A clean application inside of a real package: what plants compete with, go around, or leave alone.

The packages are those that are installed beside the tests, which all come from PyPI, or their source
distributions, unpacked in the folder that ``SOLEDOOR_TEST_SDISTS`` names. ``{H}`` is the package.
"""

from collections.abc import Mapping
from typing import Any

DESK = {
    "desk/__init__.py": "",
    "desk/ports.py": (
        "from typing import Protocol\n"
        "class DispatcherPort(Protocol):\n"
        "    async def execute_tool(self, name): ...\n"
    ),
    "desk/dispatcher.py": (
        "class ToolDispatcher:\n"
        "    def __init__(self, context, bridge=None):\n"
        "        self._context, self._bridge = context, bridge\n"
        "    async def execute_tool(self, name): return name\n"
        "    async def dispatch(self, name): return name\n"
        "    async def cleanup(self): self._bridge = None\n"
    ),
    "desk/factory.py": (
        "from {H}.desk.dispatcher import ToolDispatcher\n"
        "class ToolDispatcherFactory:\n"
        "    def __init__(self, bridge): self._bridge = bridge\n"
        "    async def create_for(self, context) -> ToolDispatcher:\n"
        "        return ToolDispatcher(context, self._bridge)\n"
        "    def create_now(self, context) -> ToolDispatcher:\n"
        "        return ToolDispatcher(context, self._bridge)\n"
    ),
    "desk/bridge.py": (
        "class AgentBridge:\n"
        "    def __init__(self, socket): self._socket = socket\n"
        "    async def notify_started(self, agent): self._socket.send_json(agent)\n"
        "    async def notify_completed(self, agent): self._socket.send_json(agent)\n"
    ),
    "desk/agent.py": "class DeskAgent:\n    async def run_agent(self, text): return text\n",
    "desk/socket.py": "class UserSocket:\n    def send_json(self, value): return value\n",
    "desk/root.py": (
        "from contextlib import asynccontextmanager\n"
        "from {H}.desk.dispatcher import ToolDispatcher\n"
        "async def create_dispatcher(context): return ToolDispatcher(context)\n"
        "def build_dispatcher(context): return ToolDispatcher(context)\n"
        "@asynccontextmanager\n"
        "async def open_dispatcher(context):\n"
        "    yield ToolDispatcher(context)\n"
    ),
}

ROLES: list[dict[str, Any]] = [
    {
        "name": "dispatcher",
        "classes": ["*Dispatcher"],
        "methods": ["execute_tool", "dispatch", "cleanup"],
        "owner": "{H}.desk.dispatcher.ToolDispatcher",
        "factory": "{H}.desk.factory.ToolDispatcherFactory",
        "made_in": ["{H}/desk/root.py"],
        "deprecated": ["{H}.legacy_tools"],
    },
    {
        "name": "bridge",
        "classes": ["*Bridge", "*Emitter"],
        "methods": ["notify_started", "notify_completed"],
        "owner": "{H}.desk.bridge.AgentBridge",
        "between": ["agent", "socket"],
    },
    {"name": "agent", "classes": ["*DeskAgent"], "owner": "{H}.desk.agent.DeskAgent"},
    {"name": "socket", "classes": ["*UserSocket"], "owner": "{H}.desk.socket.UserSocket"},
]


def filled(value: Any, package: str) -> Any:
    """Return a text, or what holds texts, with the package's name in it."""
    if isinstance(value, str):
        return value.replace("{H}", package)
    if isinstance(value, Mapping):
        return {name: filled(each, package) for name, each in value.items()}
    return [filled(each, package) for each in value] if isinstance(value, list) else value
