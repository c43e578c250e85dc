"""Where events end up: a list per user, which the page polls."""

from collections import defaultdict
from typing import Any


class EventBus:
    """The events of every user."""

    def __init__(self) -> None:
        self._events: dict[str, list[dict[str, Any]]] = defaultdict(list)

    def publish(self, user_id: str, event: dict[str, Any]) -> None:
        """Keep an event."""
        self._events[user_id].append(event)

    def events(self, user_id: str, run_id: str) -> list[dict[str, Any]]:
        """Return the events of a run."""
        return [event for event in self._events[user_id] if event["run_id"] == run_id]


bus = EventBus()
