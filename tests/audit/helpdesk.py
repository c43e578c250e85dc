"""A small old-style application with five dispatchers, four factories and three bridges, as texts by path."""

CONTEXT = "class UserContext:\n    user_id: str\n"

UNIFIED = """
from desk.bridge import AgentWebSocketBridge, create_bridge

class UnifiedToolDispatcher:
    def __init__(self, context, tools, bridge: AgentWebSocketBridge):
        self.context, self.tools, self._bridge = context, tools, bridge

    @classmethod
    async def create_for_user(cls, context, tools=None):
        return cls(context, tools, create_bridge(context))

    async def execute_tool(self, name, parameters=None):
        await self._bridge.notify_tool_executing(name, "agent")
        return self.tools[name]

    def has_tool(self, name):
        return name in self.tools

    async def cleanup(self):
        self.tools = {}


class UnifiedToolDispatcherFactory:
    @staticmethod
    async def create_for_request(context) -> UnifiedToolDispatcher:
        return UnifiedToolDispatcher(context, {}, create_bridge(context))
"""

SCOPED = """
class RequestScopedToolDispatcher:
    def __init__(self, context):
        self.context = context

    async def execute_tool(self, name, parameters):
        return name

    async def cleanup(self):
        return None


async def create_request_scoped_dispatcher(context):
    return RequestScopedToolDispatcher(context)


class ToolExecutorFactory:
    async def create_tool_executor(self, context):
        return RequestScopedToolDispatcher(context)
"""

PLAIN = """
class ToolDispatcher:
    def dispatch_tool(self, name, parameters, state=None):
        return name

    def cleanup(self):
        return None


class LegacyFactory:
    def dispatcher(self):
        return ToolDispatcher()
"""

FEATURE = """
from desk.unified import UnifiedToolDispatcher

class EscalationDispatcher:
    def __init__(self, inner):
        self._inner = inner

    async def execute_tool(self, name, parameters):
        return await self._inner.execute_tool(name, parameters)

    def __getattr__(self, name):
        return getattr(self._inner, name)


class Search:
    class SearchFactory:
        def create(self, context):
            class SearchDispatcher:
                async def execute_tool(self, name):
                    return name
            return SearchDispatcher()


async def close_all(context):
    dispatcher = await UnifiedToolDispatcher.create_for_user(context)
    await dispatcher.execute_tool("close_all")
    await dispatcher.cleanup()


class EscalationFactory:
    def create(self, inner):
        return EscalationDispatcher(inner)
"""

BRIDGE = """
class AgentWebSocketBridge:
    async def notify_agent_started(self, run_id): return True
    async def notify_agent_completed(self, run_id): return True
    async def notify_tool_executing(self, name, agent): return True


def create_bridge(context) -> AgentWebSocketBridge:
    return AgentWebSocketBridge()


class EscalationBridge:
    def __init__(self, inner):
        self._inner = inner

    def __getattr__(self, name):
        return getattr(self._inner, name)


class UserEmitter:
    async def emit_agent_started(self, run_id): return True
    async def emit_agent_completed(self, run_id): return True
"""

FILES = {
    "desk/__init__.py": "",
    "desk/context.py": CONTEXT,
    "desk/unified.py": UNIFIED,
    "desk/scoped.py": SCOPED,
    "desk/legacy_tools.py": PLAIN,
    "desk/feature.py": FEATURE,
    "desk/bridge.py": BRIDGE,
    "tests/test_desk.py": "class FakeToolDispatcher:\n    def execute_tool(self, name): return name\n",
}
