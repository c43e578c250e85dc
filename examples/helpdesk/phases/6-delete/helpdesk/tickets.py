"""The tickets, and the tools that work on them."""

import itertools
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from services.context import UserExecutionContext


@dataclass
class Ticket:
    """One problem of one person."""

    number: int
    owner: str
    subject: str
    body: str
    status: str = "open"
    queue: str = "first line"
    priority: str = "normal"


class TicketStore:
    """All tickets, in memory."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)
        self._tickets: dict[int, Ticket] = {}

    def add(self, owner: str, subject: str, body: str) -> Ticket:
        """Keep a new ticket."""
        ticket = Ticket(next(self._numbers), owner, subject, body)
        self._tickets[ticket.number] = ticket
        return ticket

    def get(self, number: int) -> Ticket:
        """Return a ticket; raises ``LookupError``."""
        if number not in self._tickets:
            raise LookupError(f"there is no ticket {number}")
        return self._tickets[number]

    def all(self) -> list[Ticket]:
        """Return every ticket."""
        return list(self._tickets.values())


def ticket_tools(store: TicketStore) -> list[Callable[..., Any]]:
    """Return the tools over this store."""

    async def open_ticket(subject: str, body: str, context: UserExecutionContext) -> dict[str, Any]:
        """Open a ticket for the one who asks."""
        return asdict(store.add(context.user_id, subject, body))

    async def my_tickets(context: UserExecutionContext) -> list[dict[str, Any]]:
        """List the tickets of the one who asks."""
        return [asdict(ticket) for ticket in store.all() if ticket.owner == context.user_id]

    async def read_ticket(number: int, context: UserExecutionContext) -> dict[str, Any]:
        """Read a ticket of the one who asks."""
        ticket = store.get(number)
        if ticket.owner != context.user_id:
            raise LookupError(f"there is no ticket {number}")
        return asdict(ticket)

    async def move_ticket(number: int, queue: str, priority: str = "normal") -> dict[str, Any]:
        """Put a ticket into another queue."""
        ticket = store.get(number)
        ticket.queue, ticket.priority = queue, priority
        return asdict(ticket)

    async def count_tickets() -> dict[str, int]:
        """Count the tickets by queue."""
        counts: dict[str, int] = {}
        for ticket in store.all():
            counts[ticket.queue] = counts.get(ticket.queue, 0) + 1
        return counts

    async def close_all_tickets() -> int:
        """Close every ticket there is; return how many were open."""
        still_open = [ticket for ticket in store.all() if ticket.status == "open"]
        for ticket in still_open:
            ticket.status = "closed"
        return len(still_open)

    close_all_tickets.admin = True  # type: ignore[attr-defined]
    return [open_ticket, my_tickets, read_ticket, move_ticket, count_tickets, close_all_tickets]
