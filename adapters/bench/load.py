"""Load through the real doors: messages to the agents over the socket, tool calls over HTTP."""

import random
import time
from collections.abc import Sequence

import anyio
import httpx2

from adapters.bench.tally import Tally
from adapters.bench.user import User

TOOL = "report_in_bursts"
BURSTS_PER_SECOND = 10
MOST_OPEN = 8
"""Runs of one user under way; a server takes ten at once by default."""


class Load:
    """Goes on until ``close``; then calls that have begun come to their end."""

    def __init__(self, urls: Sequence[str], tally: Tally, *, pace: float, runs: float, call: float) -> None:
        self._urls, self._tally = urls, tally
        self._pace, self._runs, self._call = pace, runs, call
        self._closed, self._trusted = anyio.Event(), httpx2.create_ssl_context(trust_env=False)

    def close(self) -> None:
        """Begin nothing more."""
        self._closed.set()

    @property
    def closed(self) -> bool:
        """Whether nothing more is begun."""
        return self._closed.is_set()

    async def talking(self, user: User) -> None:
        """Send messages at the pace of runs, never more than a user may have under way."""
        if not self._runs:
            return
        await self._pause(random.uniform(0, 1 / self._runs))  # noqa: S311 - spreads the load
        while not self.closed:
            began = time.time()
            if began >= user.talk.quiet_until and self._has_room(user):
                await user.readers[0].post(user.talk.say())
            await self._pause(began + 1 / self._runs - time.time())

    async def calling(self, user: User) -> None:
        """Call the tool again and again; each call reports for a while."""
        events = round(self._pace * self._call)
        if not events:
            return
        burst = max(1, round(self._pace / BURSTS_PER_SECOND))
        arguments = {"canary": user.canary, "events": events, "burst": burst, "pause": burst / self._pace}
        await self._pause(random.uniform(0, self._call))  # noqa: S311
        # One client for each user: for every request, a pool looks at all the connections that it has.
        async with httpx2.AsyncClient(timeout=120, trust_env=False, verify=self._trusted) as http:
            while not self.closed:
                began = time.time()
                await self._pause(await self._one(http, user, arguments))
                await self._pause(began + self._call - time.time())

    async def _one(self, http: httpx2.AsyncClient, user: User, arguments: dict[str, object]) -> float:
        """Make one call; return how long to wait before the next."""
        url = f"{random.choice(self._urls)}/api/tools/{TOOL}"  # noqa: S311
        headers = {"Authorization": f"Bearer {user.account.token}"}
        try:
            answer = await http.post(url, json={"arguments": arguments}, headers=headers)
        except httpx2.TransportError as error:
            self._tally.calls[type(error).__name__] += 1
            return 0.2
        if answer.is_success:
            error_of = answer.json()["error"]
            self._tally.calls["completed" if error_of is None else error_of["code"]] += 1
            return 0.0
        self._tally.calls[f"status {answer.status_code}"] += 1
        wait = answer.headers.get("retry-after", "0.2")
        return float(wait) if wait.replace(".", "", 1).isdigit() else 0.2

    def _has_room(self, user: User) -> bool:
        return len(user.open_runs) + len(user.talk.pending) < MOST_OPEN

    async def _pause(self, seconds: float) -> None:
        with anyio.move_on_after(max(0.0, seconds)):
            await self._closed.wait()
