"""Any sequence of what producers, readers, time and restarts do, held against a model of a few lines.

Hypothesis looks for a sequence after which a log and the model disagree. Durable logs are two at once, as two
processes would be, and each may be restarted.
"""

from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import pytest
from anyio.from_thread import start_blocking_portal
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from services.errors import Superseded
from services.ports.events import EventLog, Lapped
from tests.contracts.event_log.conftest import event
from tests.contracts.event_log.kinds import Kind

KEPT, SECONDS = 5, 600.0
USERS, RUNS = st.sampled_from(["u1", "u2"]), st.sampled_from(["r1", "r2", "r3"])


@dataclass
class Model:
    """What one user's log must be."""

    head: int = 0
    events: list[tuple[int, str, int]] = field(default_factory=list)  # seq, run, run_seq
    last: dict[str, int] = field(default_factory=dict)
    tokens: dict[str, int] = field(default_factory=dict)
    at: float = 0.0

    def age(self, now: float) -> None:
        if now - self.at > SECONDS:
            self.events.clear()

    def add(self, run: str, now: float) -> int:
        self.head += 1
        self.last[run] = self.last.get(run, 0) + 1
        self.events = [*self.events, (self.head, run, self.last[run])][-KEPT:]
        self.at = now
        return self.head

    @property
    def first(self) -> int:
        return self.head - len(self.events) + 1

    def keeps(self, run: str) -> bool:
        return any(of == run for _, of, _ in self.events)


class Machine(RuleBasedStateMachine):
    """One log in memory, or two of a durable kind over one place."""

    kind: Kind
    examples = count(1)  # each has users of its own in the same place

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.portal = self.stack.enter_context(start_blocking_portal())
        example = next(self.examples)
        self.names = {user: f"{user}-{example}" for user in ("u1", "u2")}
        self.users = {user: Model() for user in self.names}
        self.logs: list[EventLog] = []
        self.opened: list[AbstractContextManager[EventLog]] = []

    @initialize()
    def begin(self) -> None:
        for _ in range(2 if self.kind.durable else 1):
            self.open()

    def open(self) -> None:
        opened = self.portal.wrap_async_context_manager(self.kind.log(events=KEPT, seconds=SECONDS))
        self.logs.append(opened.__enter__())
        self.opened.append(opened)

    def log(self, which: int) -> EventLog:
        return self.logs[which % len(self.logs)]

    def user(self, user: str) -> Model:
        model = self.users[user]
        model.age(self.now)
        return model

    @property
    def now(self) -> float:
        return self.kind.clock.monotonic()

    @rule(which=st.integers(0, 1), user=USERS, run=RUNS, fence=st.integers(0, 2))
    def append(self, which: int, user: str, run: str, fence: int) -> None:
        model = self.user(user)
        following = event(model.last.get(run, 0) + 1, run, self.names[user])
        if fence < model.tokens.get(run, 0):
            with pytest.raises(Superseded):
                self.portal.call(self.log(which).append, following, fence)
            return
        seq = model.add(run, self.now)
        assert self.portal.call(self.log(which).append, following, fence).seq == seq

    @rule(which=st.integers(0, 1), user=USERS, run=RUNS, back=st.integers(0, 6))
    def repeat(self, which: int, user: str, run: str, back: int) -> None:
        model = self.user(user)
        run_seq = model.last.get(run, 0) - back
        if run_seq < 1 or model.tokens.get(run) or not (self.kind.durable or model.keeps(run)):
            return
        kept = [seq for seq, of, number in model.events if (of, number) == (run, run_seq)]
        again = event(run_seq, run, self.names[user])
        if kept:
            assert self.portal.call(self.log(which).append, again).seq == kept[0]
        else:
            with pytest.raises(Lapped):
                self.portal.call(self.log(which).append, again)

    @rule(which=st.integers(0, 1), user=USERS, run=RUNS, token=st.integers(1, 2))
    def fence(self, which: int, user: str, run: str, token: int) -> None:
        tokens = self.users[user].tokens
        tokens[run] = max(token, tokens.get(run, 0))
        self.portal.call(self.log(which).fence, self.names[user], run, token)

    @rule(which=st.integers(0, 1), user=USERS, after=st.integers(0, 30), limit=st.integers(1, 6))
    def read(self, which: int, user: str, after: int, limit: int) -> None:
        model, log = self.user(user), self.log(which)
        if model.first - 1 <= after <= model.head:
            frames = self.portal.call(log.read, self.names[user], after, limit)
            wanted = [(seq, run) for seq, run, _ in model.events if seq > after][:limit]
            assert [(frame.seq, frame.run_id) for frame in frames] == wanted
        else:
            with pytest.raises(Lapped):
                self.portal.call(log.read, self.names[user], after, limit)

    @rule(which=st.integers(0, 1), user=USERS, run=RUNS)
    def read_run(self, which: int, user: str, run: str) -> None:
        model = self.user(user)
        frames = self.portal.call(self.log(which).read_run, self.names[user], run)
        assert [frame.seq for frame in frames] == [seq for seq, of, _ in model.events if of == run]

    @rule(which=st.integers(0, 1), user=USERS)
    def watch_for_a_moment(self, which: int, user: str) -> None:
        async def watched(log: EventLog) -> None:
            watch = log.watch(self.names[user])
            if self.users[user].head:
                await watch.wait(self.users[user].head - 1)
            watch.close()

        self.portal.call(watched, self.log(which))

    @rule(seconds=st.sampled_from([1.0, 400.0, 601.0]))
    def time_passes(self, seconds: float) -> None:
        clock: Any = self.kind.clock
        clock.advance(seconds)

    @rule(which=st.integers(0, 1))
    def restart(self, which: int) -> None:
        if self.kind.durable:
            self.opened.pop(which).__exit__(None, None, None)
            del self.logs[which]
            self.open()

    @rule(which=st.integers(0, 1))
    def tidy(self, which: int) -> None:
        look = getattr(self.log(which), "look", None)
        if look is not None:
            self.portal.call(look)

    @invariant()
    def heads_agree(self) -> None:
        for log in self.logs:
            for user in self.users:
                model = self.user(user)
                head = self.portal.call(log.head, self.names[user])
                assert (head.first, head.head) == (model.first, model.head)

    def teardown(self) -> None:
        for opened in self.opened:
            opened.__exit__(None, None, None)
        self.stack.close()


def test_no_sequence_of_steps_makes_a_log_differ_from_the_model(kind: Kind) -> None:
    Machine.kind = kind
    few = settings(
        max_examples=15, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Machine, settings=few)
