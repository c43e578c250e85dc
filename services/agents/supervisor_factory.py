"""The supervisor factory: every supervisor comes out of ``build``, and ``build`` is called by the container
alone.
"""

from collections.abc import Callable

from services.agents.registry import AgentRegistry, RequestAgents
from services.agents.supervisor import Supervisor
from services.context import UserExecutionContext
from services.ports.dispatching import ToolDispatcher
from services.ports.events import AgentWebSocketBridge
from services.ports.models import ChatModel
from services.sealed import Sealed


class SupervisorFactory(metaclass=Sealed):
    """Builds the supervisor of a request, whichever door it came through."""

    def __init__(self, make: Callable[..., Supervisor], registry: AgentRegistry, model: ChatModel) -> None:
        self._make, self._registry, self._model = make, registry, model

    def build(
        self,
        context: UserExecutionContext,
        dispatcher: ToolDispatcher,
        bridge: AgentWebSocketBridge,
        agents: RequestAgents,
    ) -> Supervisor:
        """Make the supervisor of the scope that is being built; anywhere else raises ``WiringError``."""
        return self._make(context, dispatcher, bridge, self._model, agents, self._registry)
