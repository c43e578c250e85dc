"""Old emitters speak through the one bridge."""

import orjson
import pytest

from adapters import legacy
from containers.bootstrap import Application
from tests.adapters.facades.conftest import context


@pytest.fixture(autouse=True)
async def allowed(installed: Application) -> None:
    await installed.switches.change("legacy.mode", "allow", "test")


async def test_every_method_sends_its_event(installed: Application) -> None:
    ann = context(run="run-emitter")
    emitter = legacy.create_user_emitter(ann)
    data = {"status": "in_progress", "progress_data": {}, "message": "half"}
    assert [
        await emitter.emit_agent_started("a", {"why": "asked"}),
        await emitter.emit_agent_thinking("a", "hm", 1, 50.0),
        await emitter.emit_tool_executing("a", "look", {"for": "it"}),
        await emitter.emit_tool_completed("a", "look", "found", 1.5),
        await emitter.emit_progress_update("a", {"percentage": 50.0}, "half"),
        await emitter.send_event("progress_update", data, "a"),
        await emitter.emit_agent_completed("a", {"answer": 42}, 3.0),
    ] == [True] * 7
    events = [orjson.loads(frame.data) for frame in await installed.log.read_run("ann", "run-emitter")]
    assert [event["type"] for event in events] == [
        "agent_started", "agent_thinking", "tool_executing", "tool_completed", "progress_update",
        "progress_update", "agent_completed",
    ]  # fmt: skip
    assert {event["agent_name"] for event in events} == {"a"}
    assert events[2]["payload"]["call_id"] == events[3]["payload"]["call_id"]


async def test_an_error_ends_the_run_and_an_unknown_type_is_refused(installed: Application) -> None:
    emitter = legacy.create_user_emitter(context(run="run-error"))
    with pytest.raises(ValueError, match="confetti"):
        await emitter.send_event("confetti", {})
    await emitter.emit_agent_started("a")
    assert await emitter.emit_agent_error("a", "It broke.", {"at": "once"})
    frames = await installed.log.read_run("ann", "run-error")
    assert orjson.loads(frames[-1].data)["payload"]["error_message"] == "It broke."


async def test_a_bridge_speaks_for_its_own_run_alone(installed: Application) -> None:
    bridge = legacy.create_agent_websocket_bridge(context(run="run-bridge"))
    assert isinstance(bridge, legacy.AgentWebSocketBridge)
    assert await bridge.notify_agent_started("run-bridge", "a")
    for other in ("run-error", "registry", " "):
        assert not await bridge.notify_agent_started(other, "a")
