"""One measurement from the first hello to the verdict: load and trouble, then calm, then the log's own word.

The truth comes from the log: at the end every server is asked where each log ends, and every socket must have
come that far. Nothing is cut or killed by then, and no socket is helped: what it was not told is lost.
"""

from collections.abc import Callable, Mapping, Sequence

import anyio
import orjson
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from adapters.bench.findings import Findings
from adapters.bench.load import Load
from adapters.bench.plan import Plan
from adapters.bench.reader import Cuts, socket_to
from adapters.bench.report import Report, report
from adapters.bench.servers import Fleet, ServerUnusable
from adapters.bench.tally import Tally
from adapters.bench.user import Account, User, user_for

LOOK_SECONDS = 0.02
PROBES = 20


class Measurement:
    """Call ``run`` once; ``stop`` ends it early, from the same loop, with a partial report."""

    def __init__(
        self, plan: Plan, urls: Sequence[str], accounts: Sequence[Account], fleet: Fleet | None = None
    ) -> None:
        self._plan, self._urls, self._fleet = plan, urls, fleet
        self._findings, self._tally, self._cuts = Findings(), Tally(), Cuts(plan.cuts)
        self._load = Load(urls, self._tally, pace=plan.pace, runs=plan.runs, call=plan.call_seconds)
        self._patience = anyio.CancelScope()
        self._users = [
            user_for(account, urls, plan.sockets, self._findings, self._tally, self._cuts)
            for account in accounts
        ]
        self._began = self._seconds = 0.0
        self.phase = "connecting"

    @property
    def sent(self) -> int:
        """How many events the logs took so far."""
        return sum(user.history.sent for user in self._users)

    @property
    def seconds(self) -> float:
        """How long the load has been going on."""
        return self._seconds or (anyio.current_time() - self._began if self._began else 0.0)

    def stop(self) -> None:
        """End the load and wait for nothing more."""
        self._load.close()
        self._patience.cancel()

    async def run(self) -> Report:
        """Measure, and return what was found; safe to cancel."""
        partial = True
        async with anyio.create_task_group() as readers:
            for user in self._users:
                for reader in user.readers:
                    readers.start_soon(reader.run)
            with self._patience:
                await self._until(self._greeted)
                self._refuse_outcasts()
                self._began, self.phase = anyio.current_time(), "load"
                await self._loaded()
                self._seconds, self.phase = self.seconds, "catching up"
                self._cuts.every = None
                await self._settle()
                partial = False
            readers.cancel_scope.cancel()
        if partial:
            self._seconds = self.seconds
            for user in self._users:
                for reader in user.readers:
                    reader.client.history.finish()
        if self._fleet is not None:
            self._tally.injected = self._fleet.injected
        return report(
            self._users,
            self._findings,
            self._tally,
            self._seconds,
            partial=partial,
            gaps_allowed=self._plan.gaps,
        )

    async def _loaded(self) -> None:
        """Return when the load has ended: by time, by number, or because somebody wished so."""
        async with anyio.create_task_group() as tasks:
            async with anyio.create_task_group() as load:
                for user in self._users:
                    load.start_soon(self._load.talking, user)
                    load.start_soon(self._load.calling, user)
                tasks.start_soon(self._kill)
                with anyio.move_on_after(self._plan.seconds):
                    await self._until(self._enough)
                self._load.close()
            tasks.cancel_scope.cancel()

    async def _kill(self) -> None:
        while self._fleet is not None and self._plan.kills is not None:
            await anyio.sleep(self._plan.kills)
            with anyio.CancelScope(shield=True):  # a server that was killed must come back
                await self._fleet.kill_one()
            self._tally.kills += 1

    async def _settle(self) -> None:
        """Let runs end and sockets catch up, then hold every history against the end of its log."""
        with anyio.move_on_after(self._plan.patience):
            await self._until(lambda: all(user.idle for user in self._users))
        await self._come_level()
        ends = await self._ends()
        with anyio.move_on_after(self._plan.patience):
            await self._until(lambda: all(_caught_up(user, ends) for user in self._users))
        for user in self._users:
            for reader in user.readers:
                reader.client.history.finish(*ends.get(user.account.name, (None, 0)))

    async def _come_level(self) -> None:
        """Let the sockets of each user come as far as the furthest of them: asking a server where the log
        ends, as is done next, makes that server look.
        """
        with anyio.move_on_after(self._plan.patience):
            await self._until(lambda: all(not user.behind for user in self._users))
        for user in self._users:
            for reader in user.behind:
                here = reader.client.cursor.after
                self._findings.add("lost", reader.client.history.reader, f"told nothing after {here}")

    async def _ends(self) -> Mapping[str, tuple[str, int]]:
        """Ask every server where each user's log ends; they must agree on its epoch."""
        limiter, ends = anyio.CapacityLimiter(PROBES), dict[str, tuple[str, int]]()

        async def ask(user: User, url: str) -> None:
            name = user.account.name
            async with limiter:
                try:
                    async with socket_to(url, user.account.token) as socket:
                        hello = orjson.loads(await socket.recv(decode=False))
                except (OSError, TimeoutError, InvalidHandshake, ConnectionClosed) as error:
                    self._findings.add("lost", name, f"{url} does not say where the log ends: {error!r}")
                    return
            epoch, head = ends.setdefault(name, (hello["epoch"], hello["head"]))
            if epoch != hello["epoch"]:
                self._findings.add("lost", name, f"{url} has epoch {hello['epoch']}, another {epoch}")
            ends[name] = (epoch, max(head, hello["head"]))

        async with anyio.create_task_group() as tasks:
            for user in self._users:
                for url in self._urls:
                    tasks.start_soon(ask, user, url)
        return ends

    def _refuse_outcasts(self) -> None:
        """A socket that was not let in at all is no matter of delivery."""
        for user in self._users:
            for reader in user.readers:
                if reader.final is not None:
                    raise ServerUnusable(", ".join(self._urls), f"a socket was {reader.final}")

    def _greeted(self) -> bool:
        readers = [reader for user in self._users for reader in user.readers]
        return all(reader.client.greeted or reader.final for reader in readers)

    def _enough(self) -> bool:
        return self._load.closed or (self._plan.events is not None and self.sent >= self._plan.events)

    async def _until(self, condition: Callable[[], bool]) -> None:
        # Conditions over hundreds of sockets: to look now and then costs less than an event for each message.
        while not condition():  # noqa: ASYNC110
            await anyio.sleep(LOOK_SECONDS)


def _caught_up(user: User, ends: Mapping[str, tuple[str, int]]) -> bool:
    end = ends.get(user.account.name)
    return end is None or all(reader.client.reached(*end) or reader.final for reader in user.readers)
