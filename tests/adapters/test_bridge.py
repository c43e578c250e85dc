"""The one bridge: payloads key for key, secrets hidden, other runs refused."""

import orjson
import pytest

from adapters.bridge import WebSocketBridgeAdapter
from adapters.event_log.memory import LogBounds, MemoryEventLog
from services.context import UserExecutionContext
from services.errors import GrammarError
from services.events import PAYLOAD_KEYS, EventType
from tests.build import build
from tests.fakes import FakeClock, NobodyListens
from tests.grammar_reading import faults
from tests.journals import journal_over

RUN = "run-1"


@pytest.fixture
def log():
    return build(MemoryEventLog, FakeClock(), LogBounds(100, 1 << 20, 600))


@pytest.fixture
def bridge(log):
    context = UserExecutionContext("user-1", "thread-1", RUN)
    return build(WebSocketBridgeAdapter, context, journal_over(log), NobodyListens())


async def sent(log):
    return [orjson.loads(frame.data) for frame in await log.read("user-1", 0)]


async def test_a_whole_run_has_exactly_the_protocols_keys(bridge, log):
    sub = {"subagent_name": "b", "subagent_id": "s1"}
    assert await bridge.notify_agent_started(RUN, "a", {"message_id": "m1"})
    assert await bridge.notify_agent_thinking(RUN, "a", "hm", 1, 250)
    assert await bridge.notify_custom(RUN, "b", "subagent_started", sub)
    assert await bridge.notify_tool_executing(RUN, "b", "t", {"password": "canary", "q": 1})
    assert await bridge.notify_progress_update(RUN, "b", {"percentage": 5}, "going")
    assert await bridge.notify_tool_completed(RUN, "b", "t", {"n": 1}, 2.5)
    assert await bridge.notify_custom(
        RUN, "b", "subagent_completed", {**sub, "result": "r", "duration_ms": 1}
    )
    assert await bridge.notify_custom(RUN, "a", "answer_delta", {"text": "hel"})
    assert await bridge.notify_agent_completed(RUN, "a", "hello", 12.0)
    events = await sent(log)
    assert faults(events) == []
    for event in events:
        required, optional = PAYLOAD_KEYS[EventType(event["type"])]
        assert required <= event["payload"].keys() <= required | optional, event
    assert "canary" not in str(events)
    assert events[1]["payload"]["progress_percentage"] == 100
    assert events[3]["payload"]["call_id"] == events[5]["payload"]["call_id"]


async def test_an_error_is_told_without_paths_and_marked_for_users(bridge, log):
    await bridge.notify_agent_started(RUN, "a")
    await bridge.notify_agent_error(
        RUN, "a", "no /srv/app/secret.py here " + "x" * 400, {"error_type": "timeout"}
    )
    payload = (await sent(log))[-1]["payload"]
    assert "/srv" not in payload["error_message"]
    assert len(payload["error_message"]) <= 300
    assert payload["error_context"] == {"error_type": "timeout", "agent_step": None, "user_facing": True}


@pytest.mark.parametrize("run", ["run-2", "", " ", "registry"])
async def test_another_runs_id_is_refused_and_nothing_is_sent(bridge, log, run):
    assert await bridge.notify_agent_started(run, "a") is False
    assert await sent(log) == []


async def test_breaking_the_grammar_raises(bridge):
    with pytest.raises(GrammarError):
        await bridge.notify_agent_thinking(RUN, "a", "too early")


@pytest.mark.parametrize(
    ("kind", "data"), [("no_such_event", {}), ("answer_delta", {}), ("answer_delta", {"text": "", "more": 1})]
)
async def test_a_custom_event_must_be_one_of_the_protocol(bridge, kind, data):
    with pytest.raises(ValueError, match=kind):
        await bridge.notify_custom(RUN, "a", kind, data)


async def test_old_callers_without_call_ids_get_pairs_in_order(bridge, log):
    await bridge.notify_agent_started(RUN, "a")
    for _ in range(2):
        await bridge.notify_tool_executing(RUN, "a", "t")
    await bridge.notify_tool_completed(RUN, "a", "t")
    await bridge.notify_tool_completed(RUN, "a", "t", success=False, error={"code": "x", "message": "y"})
    assert faults(await sent(log), ended=False) == []
    assert (await sent(log))[-1]["payload"]["error"] == {"code": "x", "message": "y"}


async def test_listeners_are_asked_each_time(bridge):
    assert bridge.has_listeners is False
    bridge._listeners.listening = True
    assert bridge.has_listeners is True
