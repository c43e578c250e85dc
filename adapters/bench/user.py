"""One user under measurement: an account, a canary, some sockets and a conversation."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.bench.client import Client
from adapters.bench.findings import Findings
from adapters.bench.history import History, UserHistory
from adapters.bench.reader import Cuts, Reader
from adapters.bench.talk import Talk
from adapters.bench.tally import Tally


@dataclass(frozen=True, slots=True)
class Account:
    """Who is logged in, and with which token."""

    name: str
    user_id: str
    token: str


@dataclass(frozen=True, slots=True)
class User:
    """The first of ``readers`` carries the conversation."""

    account: Account
    canary: str
    history: UserHistory
    readers: Sequence[Reader]
    talk: Talk

    @property
    def open_runs(self) -> set[str]:
        """The accepted runs whose end some socket was not told."""
        return set().union(*(self.talk.open(reader.client.history.ended) for reader in self.readers))

    @property
    def behind(self) -> Sequence[Reader]:
        """The sockets that another one of this user is ahead of."""
        there = [reader for reader in self.readers if reader.final is None]
        furthest = max((reader.client.cursor.last for reader in there), default=0)
        return [reader for reader in there if reader.client.cursor.last < furthest]

    @property
    def idle(self) -> bool:
        """Whether every message was answered and every run ended."""
        return not self.talk.pending and not self.open_runs


def user_for(
    account: Account, urls: Sequence[str], sockets: int, findings: Findings, tally: Tally, cuts: Cuts
) -> User:
    """Return a user with that many sockets, which are not connected yet."""
    canary = f"canary-{secrets.token_hex(8)}"
    history = UserHistory(account.user_id, canary.encode(), sockets)
    talk = Talk(account.name, canary, findings, tally)
    readers = []
    for number in range(1, sockets + 1):
        told = History(history, findings, f"{account.name}/{number}")
        client = Client(told, tally, talk if number == 1 else None)
        readers.append(Reader(urls, account.token, client, tally, cuts))
    return User(account, canary, history, readers, talk)
