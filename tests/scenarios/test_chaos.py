"""Chaos against a real server: nothing is lost, and the checker would see it if something were."""

import json
import signal
import sys
from dataclasses import replace
from subprocess import DEVNULL, PIPE

import anyio
import pytest

from adapters.bench import reader
from adapters.bench.measurement import Measurement
from adapters.bench.plan import Plan
from adapters.bench.servers import ServerUnusable
from adapters.bench.user import Account
from adapters.cursor import Cursor, Verdict
from adapters.event_log.memory import MemoryEventLog
from adapters.event_log.waiters import Waiters
from adapters.web.delivery import Delivery
from config.settings import Settings
from containers.bootstrap import application_for_tests, running
from tests.faults.proxy import FaultProxy
from tests.processes import ROOT, server_process
from tests.scenarios.client import PASSWORD, logged_in
from tests.scenarios.conftest import served

CUT = Plan(users=2, sockets=2, seconds=20, events=300, pace=100, runs=2, cuts=0.2, patience=30)
CALM = replace(CUT, cuts=None)
BROKEN = replace(CUT, patience=1)
"""With a server or client that is broken on purpose: what never comes need not be waited for."""
ONE = Plan(users=1, sockets=1, seconds=1.5, pace=100, runs=0, cuts=None, patience=1)


def account(client) -> Account:
    return Account(client.name, client.user_id, client.token)


def settings(data) -> Settings:
    sections: dict[str, dict[str, object]] = {"server": {"port": 0, "allowed_hosts": ["127.0.0.1"]}}
    sections["events"] = {"log": "memory"}  # the log that the broken ones below are made of
    for name, value in CUT.settings().items():
        section, _, field = name.partition(".")
        sections.setdefault(section, {})[field] = [value] if field == "modules" else value
    return Settings.model_validate({"data": data / "data", **sections})


@pytest.fixture(scope="module")
async def world(tmp_path_factory):
    async with served(settings(tmp_path_factory.mktemp("chaos"))) as world:
        yield world


async def measured(world, plan: Plan, url: str | None = None):
    accounts = [account(await world.user()) for _ in range(plan.users)]
    with anyio.fail_after(60):
        return await Measurement(plan, [url or world.url], accounts).run()


async def test_sockets_that_are_cut_miss_nothing_of_a_server_process(tmp_path):
    """The whole way: a process of its own, real doors, cuts without a goodbye."""
    names = ("ada", "bob")
    with application_for_tests(Settings(data=tmp_path / "data")) as container:
        async with running(container) as application:
            for name in names:
                await application.accounts.create(name, PASSWORD)
    named = {name.replace(".", "__"): value for name, value in CUT.settings().items()}
    async with server_process(tmp_path / "data", **named) as server:
        accounts = [account(await logged_in(server.url, name)) for name in names]
        report = await Measurement(CUT, [server.url], accounts).run()
    figures = report.figures
    assert report.clean, figures
    assert figures["events_sent"] >= 300
    assert figures["events_taken"] == 2 * figures["events_sent"]
    assert figures["cuts"] >= 5
    assert figures["runs"]["accepted"] == figures["runs"]["ended"] > 0
    assert figures["canaries_seen"] > 300
    assert figures["latency_ms"]["first_event"]["count"] == figures["runs"]["accepted"]


async def test_a_client_that_does_not_resume_is_seen_to_lose(world, monkeypatch):
    monkeypatch.setattr(Cursor, "after", None)
    report = await measured(world, BROKEN)
    assert report.figures["lost"] > 0
    assert not report.clean


async def test_a_server_that_does_not_resume_is_seen_to_lose(world, monkeypatch):
    whole = Delivery.open
    monkeypatch.setattr(Delivery, "open", lambda self, after: whole(self, None))
    report = await measured(world, BROKEN)
    assert report.figures["lost"] > 0
    assert any("lost: somebody" in fault for fault in report.figures["faults"])


async def test_a_server_that_skips_an_event_is_not_caught_up_with(world, monkeypatch):
    """The client rule reconnects again and again; what never comes is lost in the end."""
    read = MemoryEventLog.read

    async def forgetful(self, user_id, after, limit=256):
        return [frame for frame in await read(self, user_id, after, limit) if frame.seq != 60]

    monkeypatch.setattr(Waiters, "offer", lambda waiters, _frame: waiters.wake())
    monkeypatch.setattr(MemoryEventLog, "read", forgetful)
    report = await measured(world, ONE)
    assert report.figures["holes"] > 0
    assert report.figures["lost"] > 0


async def test_a_gap_is_told_and_only_a_fault_where_none_may_be(world, monkeypatch):
    """A socket that is away for longer than the log keeps is told what it missed."""
    monkeypatch.setattr(reader, "AWAY", (1.0, 1.5))
    plan = replace(ONE, sockets=2, seconds=4, pace=400, cuts=0.5, patience=20)
    report = await measured(world, plan)
    assert report.clean, report.figures
    assert report.figures["gaps"]["trimmed"] > 0
    assert report.figures["told_missing"] > 0
    assert not (await measured(world, replace(plan, gaps=False))).clean


async def test_a_tail_that_nobody_was_woken_for_is_lost(world, monkeypatch):
    wait = Delivery.wait

    async def asleep(self):
        await (anyio.sleep_forever() if self.seq >= 80 else wait(self))

    monkeypatch.setattr(Delivery, "wait", asleep)
    report = await measured(world, ONE)
    assert report.figures["lost"] > 0
    assert report.figures["holes"] == 0


async def test_a_client_without_the_rule_is_seen_to_take_twice(world, monkeypatch):
    """A server may send again what was sent: only the rule keeps that from being taken."""
    original = Delivery.open

    async def further_back(self, after):
        texts = await original(self, after)
        self._seq = max(self._seq - 5, 0) if after else self._seq
        return texts

    monkeypatch.setattr(Delivery, "open", further_back)
    with monkeypatch.context() as without_rule:
        without_rule.setattr(Cursor, "judge", lambda self, event: Verdict.TAKE)
        assert (await measured(world, BROKEN)).figures["duplicated"] > 0
    report = await measured(world, CUT)
    assert report.clean
    assert report.figures["redelivered"] > 0


async def test_events_of_another_user_are_foreign(world, monkeypatch):
    read, users = MemoryEventLog.read, []

    async def crossed(self, user_id, after, limit=256):
        users.append(user_id)
        other = next((each for each in users if each != user_id), user_id)
        frames = await read(self, user_id, after, limit)
        return [f._replace(data=f.data.replace(user_id.encode(), other.encode())) for f in frames]

    monkeypatch.setattr(Waiters, "offer", lambda waiters, _frame: waiters.wake())
    monkeypatch.setattr(MemoryEventLog, "read", crossed)
    report = await measured(world, replace(ONE, users=2))
    assert report.figures["foreign"] > 0
    assert not report.clean


async def test_a_dropped_frame_is_noticed_and_fetched(world):
    port = int(world.url.rpartition(":")[2])
    async with FaultProxy.before(port) as proxy:
        for number in (30, 31, 70):
            proxy.drop_frame(number)
        report = await measured(world, CALM, proxy.url)
        assert len(proxy.dropped) == 3
    assert report.clean, report.figures
    assert 1 <= report.figures["holes"] <= 3


async def test_a_network_that_goes_away_and_comes_back_costs_nothing(world):
    port = int(world.url.rpartition(":")[2])
    async with FaultProxy.before(port) as proxy, anyio.create_task_group() as tasks:

        async def trouble():
            for _ in range(3):
                while proxy.live < 4:  # each socket is there again
                    await anyio.sleep(0.01)
                await anyio.sleep(0.1)
                await proxy.restart()

        tasks.start_soon(trouble)
        report = await measured(world, CALM, proxy.url)
        tasks.cancel_scope.cancel()
    assert report.clean, report.figures
    assert report.figures["reconnects"] >= 4


async def test_a_server_that_lets_nobody_in_is_no_matter_of_delivery(world):
    client = await world.user()
    with anyio.fail_after(30), pytest.raises(ExceptionGroup) as refused:
        await Measurement(ONE, [world.url], [Account(client.name, client.user_id, "wrong")]).run()
    assert isinstance(refused.value.exceptions[0], ServerUnusable)
    assert "refused with 401" in str(refused.value.exceptions[0])


async def test_a_measurement_that_is_stopped_reports_what_it_has(world):
    plan = Plan(users=1, sockets=1, seconds=600, pace=100, runs=1, cuts=None)
    measurement = Measurement(plan, [world.url], [account(await world.user())])

    async def stop():
        while measurement.sent < 50:
            await anyio.sleep(0.01)
        measurement.stop()

    with anyio.fail_after(30):
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(stop)
            report = await measurement.run()
    assert report.partial
    assert not report.clean
    assert report.figures["events_taken"] >= 50


async def test_ctrl_c_ends_the_command_with_130_and_a_partial_report(world):
    client = await world.user()
    named = ["--url", world.url, "--user", client.name, "--password-stdin", "--seconds", "600", "--json"]
    command = [sys.executable, "-m", "soledoor", "bench", "chaos", *named]
    sockets = world.application.asgi.state.door.sockets
    async with await anyio.open_process(
        command, stdin=PIPE, stdout=PIPE, stderr=DEVNULL, cwd=ROOT
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        await process.stdin.send(PASSWORD.encode())
        await process.stdin.aclose()
        with anyio.fail_after(60):
            while sockets.count() < 2:
                await anyio.sleep(0.01)
            await anyio.sleep(0.2)  # so that there is something to report; less would be right too
            process.send_signal(signal.SIGINT)
            printed = b"".join([chunk async for chunk in process.stdout])
            assert await process.wait() == 130
    assert json.loads(printed)["partial"] is True
