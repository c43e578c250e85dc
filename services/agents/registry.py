"""The agent registry: which agents there are, and the making of a user's agents inside a scope."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from services.agents.base import BaseAgent
from services.context import UserExecutionContext
from services.errors import InvalidInput, TooMuch, WiringError
from services.ports.models import ToolSchema
from services.sealed import Sealed


@dataclass(frozen=True, slots=True)
class AgentCard:
    """What is known of an agent: its name, what it is for, its class."""

    name: str
    description: str
    kind: type[BaseAgent]


class AgentRegistry(metaclass=Sealed):
    """Names → agent types. Application-wide; it never holds a user's object, only how many each user has."""

    def __init__(self, kinds: tuple[type[BaseAgent], ...], per_user: int) -> None:
        """Raises ``WiringError`` when an agent has no name or two have the same."""
        cards: dict[str, AgentCard] = {}
        for kind in kinds:
            if not kind.name or kind.name in cards:
                raise WiringError(f"{kind.__qualname__}: give the agent a name of its own, not {kind.name!r}")
            cards[kind.name] = AgentCard(kind.name, kind.description, kind)
        self._cards, self._per_user = cards, per_user
        self._live: Counter[str] = Counter()
        self._schemas = tuple(_schema(card, sorted(cards)) for card in cards.values())

    def cards(self) -> tuple[AgentCard, ...]:
        """Return all agents in the order they were registered."""
        return tuple(self._cards.values())

    def names(self) -> dict[str, str]:
        """Return name → description."""
        return {card.name: card.description for card in self._cards.values()}

    def check(self, name: str) -> None:
        """Return when there is an agent of that name; else raise ``InvalidInput`` naming the field and the
        agents.
        """
        if name not in self._cards:
            raise InvalidInput(f"agent: there is no agent {name[:80]!r}; there is {', '.join(self._cards)}")

    def schemas(self) -> tuple[ToolSchema, ...]:
        """Return each agent as a model sees it that has to choose."""
        return self._schemas

    def live(self, user_id: str) -> int:
        """Return how many agents this user has now."""
        return self._live[user_id]

    def charge(self, user_id: str) -> None:
        """Count a further agent; raises ``TooMuch`` (``too_many_agents``) at the limit."""
        if self._live[user_id] >= self._per_user:
            raise TooMuch(f"{self._per_user} agents at once are allowed per user", code="too_many_agents")
        self._live[user_id] += 1

    def discharge(self, user_id: str, count: int) -> None:
        """Count agents off."""
        self._live[user_id] -= count
        if self._live[user_id] <= 0:
            del self._live[user_id]


class RequestAgents(metaclass=Sealed):
    """The agents of one request, each made when it is first wanted and the same one after that."""

    def __init__(
        self,
        context: UserExecutionContext,
        registry: AgentRegistry,
        later: Mapping[str, Callable[[], BaseAgent]],
    ) -> None:
        self._user_id, self._registry, self._later = context.user_id, registry, later
        self._made: dict[str, BaseAgent] = {}

    def get(self, name: str) -> BaseAgent:
        """Return the agent; raises ``InvalidInput`` for an unknown name, ``TooMuch`` at the user's limit."""
        agent = self._made.get(name)
        if agent is None:
            self._registry.check(name)
            self._registry.charge(self._user_id)
            agent = self._made[name] = self._later[name]()
        return agent

    def release(self) -> None:
        """Count this request's agents off; may be called twice."""
        if self._made:
            self._registry.discharge(self._user_id, len(self._made))
            self._made.clear()


def _schema(card: AgentCard, names: list[str]) -> ToolSchema:
    parameters = {
        "type": "object",
        "properties": {
            "task": {
                "type": "string",
                "description": "the part of the request for this agent, as a whole sentence",
            },
            "after": {
                "type": "array",
                "items": {"type": "string", "enum": [name for name in names if name != card.name]},
                "description": "agents whose results this one needs first",
            },
        },
        "required": ["task"],
    }
    return ToolSchema(card.name, card.description, parameters)
