"""Two replicas under chaos: nothing is lost, and with any one of the guards taken out the checker sees it."""

import json
from dataclasses import replace
from typing import Any

import anyio
import pytest

from adapters.bench.faulty import Faults
from adapters.bench.measurement import Measurement
from adapters.bench.plan import Plan
from adapters.bench.user import Account
from adapters.event_log.healing import Healing
from adapters.event_log.positions import Positions
from adapters.event_log.sql.batches import Batch
from adapters.web.delivery import Delivery
from containers.faulty import put_in_the_way
from tests.adapters.cli.processes import run
from tests.engines.postgres import Postgres
from tests.scenarios.replicas import replicas

pytestmark = pytest.mark.needs("postgres")

SOCKETS = 6
"""Of each user: that all of them meet the same one of two replicas is hardly possible."""
CUT = Plan(users=2, sockets=SOCKETS, seconds=3, pace=60, runs=1, cuts=0.3, patience=30, gaps=False)
CALM = replace(CUT, seconds=1.5, runs=0, cuts=None)
PATIENCE = 4
"""With a guard that is out: long enough for every look that is still made."""


def sections() -> dict[str, Any]:
    found: dict[str, dict[str, Any]] = {"events": {"position_check": 0.5}}
    for name, value in CUT.settings().items():
        section, _, field = name.partition(".")
        found.setdefault(section, {})[field] = [value] if field == "modules" else value
    return found


@pytest.fixture(scope="module")
def trouble(tmp_path_factory):
    """The faults of both replicas' stores; a test says how many."""
    return Faults(0, 0, tmp_path_factory.mktemp("notes"))


@pytest.fixture(scope="module")
async def pair(tmp_path_factory, postgres: Postgres, trouble):
    url = postgres.url(postgres.fresh(template=postgres.template()))
    data = tmp_path_factory.mktemp("replicas") / "data"
    async with replicas(
        data, url, lambda container: put_in_the_way(container, trouble), **sections()
    ) as pair:
        yield pair


async def measured(pair, plan: Plan):
    clients = [(await pair.user())[0] for _ in range(plan.users)]
    accounts = [Account(client.name, client.user_id, client.token) for client in clients]
    with anyio.fail_after(120):
        return await Measurement(plan, pair.urls, accounts).run()


async def test_with_wakeups_dropped_and_appends_repeated_nothing_is_lost(pair, trouble, monkeypatch):
    monkeypatch.setattr(trouble, "drop", 30)
    monkeypatch.setattr(trouble, "repeat", 20)
    before = trouble.noted()
    report = await measured(pair, CUT)
    happened = trouble.noted() - before
    assert report.clean, report.figures
    assert happened["dropped"] > 0
    assert happened["repeated"] > 20
    assert report.figures["events_taken"] == SOCKETS * report.figures["events_sent"]
    assert report.figures["cuts"] > SOCKETS


async def test_without_resuming_the_checker_sees_a_loss(pair, monkeypatch):
    whole = Delivery.open
    monkeypatch.setattr(Delivery, "open", lambda self, after: whole(self, None))
    report = await measured(pair, replace(CUT, patience=PATIENCE))
    assert report.figures["lost"] > 0
    assert not report.clean


async def test_without_healing_the_checker_sees_a_loss(pair, trouble, monkeypatch):
    """What was missed is never read: a wake-up or a look finds it, and nothing follows."""
    whole = Healing._read_up

    async def only_begin(self, user_id, ring, missed):
        if not ring.epoch:
            await whole(self, user_id, ring, missed)

    monkeypatch.setattr(Healing, "_read_up", only_begin)
    monkeypatch.setattr(trouble, "drop", 2)
    report = await measured(pair, replace(CALM, patience=PATIENCE))
    assert report.figures["lost"] > 0
    assert not report.clean


async def test_the_position_check_alone_brings_everything_and_without_it_the_checker_sees_a_loss(
    pair, trouble, monkeypatch
):
    """No wake-up comes at all."""
    monkeypatch.setattr(trouble, "drop", 100)
    report = await measured(pair, CALM)
    assert report.clean, report.figures

    async def look_nowhere(self):
        return

    monkeypatch.setattr(Positions, "look", look_nowhere)
    report = await measured(pair, replace(CALM, patience=PATIENCE))
    assert report.figures["lost"] > 0
    assert not report.clean


async def test_without_idempotent_appends_the_checker_sees_events_twice(pair, trouble, monkeypatch):
    whole = Batch._answer

    def anew(self, entry):
        if producer := self._producers.get((entry.user_id, entry.run_id)):
            producer.last = 0
        return whole(self, entry)

    monkeypatch.setattr(Batch, "_answer", anew)
    monkeypatch.setattr(trouble, "repeat", 20)
    report = await measured(pair, replace(CALM, patience=PATIENCE))
    assert report.figures["duplicated"] > 0
    assert not report.clean


@pytest.mark.timeout(240)
@pytest.mark.parametrize("log", ["sql", pytest.param("redis", marks=pytest.mark.needs("redis-server"))])
def test_a_replica_that_is_killed_costs_nothing(tmp_path, postgres_url, log, request):
    """The whole way: two processes, cuts, kill -9, dropped wake-ups, repeated appends."""
    load = [
        "--users",
        "2",
        "--sockets",
        "3",
        "--seconds",
        "4",
        "--pace",
        "60",
        "--cuts",
        "0.5",
        "--kills",
        "2",
    ]
    faults = ["--drop-wakeups", "20", "--repeat-appends", "20", "--no-gaps"]
    where = ["--replicas", "2", "--database-url", postgres_url]
    if log == "redis":
        where += ["--redis-url", request.getfixturevalue("redis_url")]
    done = run("bench", "chaos", *load, *faults, *where, "--json", cwd=tmp_path, seconds=230)
    figures = json.loads(done.stdout)
    assert (done.returncode, figures["faults"]) == (0, []), done.stderr
    assert figures["kills"] >= 1
    assert figures["injected"]["repeated"] > 0
    assert figures["events_taken"] >= 3 * figures["events_sent"] > 0
