"""Agents of the operator's own: classes found in the modules named in settings become providers like any
other.
"""

import importlib
import inspect

from containers.application import ApplicationContainer
from containers.kernel import Scoped
from services.agents.analyst import Analyst
from services.agents.assistant import Assistant
from services.agents.base import BaseAgent
from services.errors import FieldError, InvalidInput


def add_agents(container: ApplicationContainer, modules: tuple[str, ...]) -> None:
    """Give every agent class of these modules its provider, before the container is verified.

    Raises ``InvalidInput`` with field ``agents.modules`` when a module cannot be imported or has no agent
    class.
    """
    added = tuple(kind for module in modules for kind in _found(module))
    for kind in added:
        provider = Scoped(
            kind,
            container.context,
            container.dispatcher,
            container.bridge,
            container.model,
            container.limits.provided.agent_steps,
        )
        container.set_provider(f"agent_{kind.name}", provider)
        container.agents_on_demand.add_kwargs(**{kind.name: provider.provider})
    if added:
        container.agent_kinds.give((Assistant, Analyst, *added))


def _found(module: str) -> list[type[BaseAgent]]:
    try:
        loaded = importlib.import_module(module)
    except Exception as error:
        raise _refusal(f"{module} cannot be imported: {type(error).__name__}: {error}") from error
    kinds = [
        kind
        for _, kind in inspect.getmembers(loaded, inspect.isclass)
        if issubclass(kind, BaseAgent) and kind.__module__ == loaded.__name__ and kind.name
    ]
    if not kinds:
        raise _refusal(f"{module} has no class that derives from ToolAgent or BaseAgent and has a name")
    return kinds


def _refusal(problem: str) -> InvalidInput:
    return InvalidInput("The agents cannot be loaded.", errors=[FieldError("agents.modules", problem)])
