"""The supervisor and its agents, over a real container and a model whose replies the test writes."""

import anyio
import orjson
import pytest
from dependency_injector import providers

from adapters.models.replies import RepliesModel, call
from services.agents import AgentFailed, AgentRequest
from services.errors import TooMuch
from services.ports.models import ModelError, TextDelta
from tests.grammar_reading import faults


def plan(agent: str, task: str, *after: str):
    return call(agent, task=task, after=list(after))


@pytest.fixture
def model():
    return RepliesModel()


@pytest.fixture
def soledoor_overrides(soledoor_container, model):
    soledoor_container.model.override(providers.Object(model))


async def events(app, user="user-under-test"):
    return [orjson.loads(f.data) for f in await app.log.read(user, 0, 1000)]


def script(model, *steps):
    model.__init__(*steps)


async def test_one_agent_with_two_tools_is_told_event_by_event(soledoor_app, open_request, model):
    script(
        model,
        plan("assistant", "sums"),
        [call("calculate", expression="6*7"), call("calculate", expression="1+1")],
        "42 and 2",
    )
    async with open_request() as request:
        result = await request.supervisor.run(AgentRequest("sums", context={"message_id": "m1"}))
    assert (result.answer, result.tools) == ("42 and 2", ("calculate", "calculate"))
    seen = await events(soledoor_app)
    assert faults(seen) == []
    kinds = [e["type"] for e in seen]
    assert kinds[:3] == ["agent_started", "agent_thinking", "subagent_started"]
    assert kinds[-2:] == ["subagent_completed", "agent_completed"]
    assert kinds.count("tool_executing") == kinds.count("tool_completed") == 2
    assert {e["agent_name"] for e in seen if e["type"].startswith("tool")} == {"assistant"}


async def test_results_are_passed_on_to_agents_that_wait_for_them(open_request, model):
    script(
        model,
        [plan("assistant", "note it", "analyst"), plan("analyst", "average")],
        "the average is 5",
        "noted",
    )
    async with open_request() as request:
        result = await request.supervisor.run(AgentRequest("average, and note it"))
    assert result.answer == "the average is 5\n\nnoted"
    second = model.asked[-1][0][-1].content
    assert second == "note it\n\nResults so far:\nanalyst: the average is 5"


async def test_agents_without_needs_work_side_by_side(open_request, model):
    both, waiting = anyio.Event(), []

    def meets(name):
        def step(messages, tools):
            waiting.append(name)
            return f"{name} done"

        return step

    model.__init__(
        [plan("assistant", "one"), plan("analyst", "two")],
        per_conversation={"one": [meets("one")], "two": [meets("two")]},
    )
    async with open_request() as request:
        result = await request.supervisor.run(AgentRequest("both"))
    both.set()
    assert sorted(waiting) == ["one", "two"]
    assert result.answer == "one done\n\ntwo done"


async def test_a_plan_that_goes_in_circles_still_ends(open_request, model):
    script(model, [plan("assistant", "a", "analyst"), plan("analyst", "b", "assistant")], "first", "second")
    async with open_request() as request:
        assert (await request.supervisor.run(AgentRequest("circle"))).answer == "first\n\nsecond"


async def test_a_reply_without_a_plan_goes_to_the_general_agent(open_request, model):
    script(model, "I would rather answer myself", "fine")
    async with open_request() as request:
        assert (await request.supervisor.run(AgentRequest("hello"))).answer == "fine"


async def test_the_agent_a_user_names_is_asked_without_routing(open_request, model):
    script(model, "from the analyst")
    async with open_request() as request:
        result = await request.supervisor.run(AgentRequest("x", agent="analyst"))
    assert result.answer == "from the analyst"
    assert {schema.name for schema in model.asked[0][1]} == {
        "table_load",
        "table_describe",
        "table_query",
        "calculate",
    }


async def test_a_passing_fault_of_the_model_is_tried_again_and_told(soledoor_app, open_request, model):
    script(model, plan("assistant", "x"), ModelError("busy", retryable=True), "after all")
    async with open_request() as request:
        assert (await request.supervisor.run(AgentRequest("x"))).answer == "after all"
    seen = await events(soledoor_app)
    assert faults(seen) == []
    assert [e["type"] for e in seen].count("subagent_completed") == 2


@pytest.mark.parametrize(
    ("fault", "error_type", "words"),
    [
        (ModelError("no such model", retryable=False), "model_error", "no such model"),
        (ZeroDivisionError("canary"), "agent_failed", "something went wrong"),
        (TooMuch("enough for today", code="quota_used"), "quota_used", "enough for today"),
    ],
)
async def test_a_lasting_fault_ends_the_run_honestly(
    soledoor_app, open_request, model, fault, error_type, words
):
    script(model, plan("assistant", "x"), *[fault] * 3)
    async with open_request() as request:
        with pytest.raises(AgentFailed, match=words):
            await request.supervisor.run(AgentRequest("x"))
    last = (await events(soledoor_app))[-1]
    assert last["type"] == "agent_error"
    assert last["payload"]["error_context"]["error_type"] == error_type
    assert "canary" not in str(last)


async def test_an_agent_that_never_answers_is_stopped(soledoor_app, soledoor_settings, open_request, model):
    model.__init__(plan("assistant", "x"), answer=call("calculate", expression="1+1"))
    async with open_request() as request:
        with pytest.raises(
            AgentFailed, match=f"no answer after {soledoor_settings.limits.agent_steps} steps"
        ):
            await request.supervisor.run(AgentRequest("x"))


async def test_a_refused_tool_is_told_to_the_model_not_raised(open_request, model):
    script(model, plan("assistant", "x"), call("system_status"), "not for you")
    async with open_request() as request:
        assert (await request.supervisor.run(AgentRequest("x"))).answer == "not for you"
    assert orjson.loads(model.asked[-1][0][-1].content)["error"]["code"] == "permission_denied"


async def test_cancelling_tells_subagent_and_run_their_end(soledoor_app, open_request, model):
    started = anyio.Event()

    def hangs(messages, tools):
        started.set()
        return call("wait_for_ever")

    async def wait_for_ever() -> None:
        """Wait."""
        await anyio.sleep_forever()

    script(model, plan("assistant", "x"), hangs)
    async with anyio.create_task_group() as tasks:

        async def run():
            async with open_request() as request:
                request.dispatcher.register_tool(wait_for_ever)
                await request.supervisor.run(AgentRequest("x"))

        tasks.start_soon(run)
        await started.wait()
        await anyio.wait_all_tasks_blocked()
        tasks.cancel_scope.cancel()
    seen = await events(soledoor_app)
    assert faults(seen) == []
    assert [e["type"] for e in seen[-3:]] == ["tool_completed", "subagent_completed", "agent_error"]
    assert seen[-3]["payload"]["error"]["code"] == "cancelled"
    assert seen[-1]["payload"]["error_context"]["error_type"] == "cancelled"


async def test_attached_files_are_told_to_agents_and_router(open_request, model):
    script(model, plan("analyst", "x"), "ok")
    async with open_request() as request:
        await request.supervisor.run(AgentRequest("x", attachments={"sales.csv": "f_1"}))
    for messages, _ in model.asked:
        assert "Attached files: sales.csv (file_id: f_1)" in messages[0].content


async def test_an_agent_that_does_not_exist_is_left_out_of_the_plan(open_request, model):
    script(model, [plan("nobody", "x"), plan("analyst", "y")], "from the analyst")
    async with open_request() as request:
        assert (await request.supervisor.run(AgentRequest("x"))).answer == "from the analyst"


async def test_one_of_two_agents_side_by_side_that_fails_fails_the_run(soledoor_app, open_request, model):
    lasting = ModelError("no such model", retryable=False)
    model.__init__(
        [plan("assistant", "one"), plan("analyst", "two")],
        per_conversation={"one": [lasting], "two": ["two done"]},
    )
    async with open_request() as request:
        with pytest.raises(AgentFailed, match="no such model"):
            await request.supervisor.run(AgentRequest("both"))
    seen = await events(soledoor_app)
    assert faults(seen) == []
    assert seen[-1]["type"] == "agent_error"


async def breaks_off(messages, tools):
    yield TextDelta("I was about to")


@pytest.mark.parametrize("agent", [None, "assistant"])
async def test_a_model_that_breaks_off_fails_the_run_and_may_be_asked_again(
    open_request, model, agent, monkeypatch
):
    monkeypatch.setattr("services.agents.supervisor.FIRST_PAUSE", 0)
    monkeypatch.setattr(model, "stream", breaks_off)
    async with open_request() as request:
        with pytest.raises(AgentFailed, match="ended without a reply") as failure:
            await request.supervisor.run(AgentRequest("x", agent=agent))
    assert failure.value.retryable
