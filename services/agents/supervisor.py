"""The supervisor of one request: it chooses agents, lets them work in the order their needs demand, and
joins their answers.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import anyio

from services.agents.base import BaseAgent
from services.agents.registry import AgentRegistry, RequestAgents
from services.agents.request import AgentFailed, AgentRequest, AgentResult
from services.context import UserExecutionContext
from services.ports.dispatching import ToolDispatcher
from services.ports.events import AgentWebSocketBridge
from services.ports.models import ChatModel, Message, Reply, ToolRequest, Usage

ROUTING = (
    "You route a request to agents. Choose one agent, or several when the request has parts for different "
    "agents. Give each agent its part as a whole sentence, and say in `after` whose results it needs. Do not "
    "answer the request yourself."
)
ATTEMPTS = 3
FIRST_PAUSE = 0.2
"""Seconds before an agent is tried again; doubled each time."""


@dataclass(frozen=True, slots=True)
class Step:
    """One agent's part of the plan."""

    agent: str
    task: str
    after: frozenset[str] = frozenset()


class Supervisor(BaseAgent, made_by="SupervisorFactory, through open_request"):
    """The outermost agent of a run."""

    name = "supervisor"
    description = "chooses agents and joins their answers"

    def __init__(
        self,
        context: UserExecutionContext,
        dispatcher: ToolDispatcher,
        bridge: AgentWebSocketBridge,
        model: ChatModel,
        agents: RequestAgents,
        registry: AgentRegistry,
    ) -> None:
        super().__init__(context, dispatcher, bridge, model, steps=1)
        self._agents, self._registry = agents, registry

    async def execute(self, request: AgentRequest) -> AgentResult:
        """Always return an answer, or raise an honest ``AgentFailed``."""
        try:
            plan, usage = await self._plan(request)
            results = await self._work(request, plan)
        finally:
            self._agents.release()
        return _joined(plan, results, usage)

    async def _plan(self, request: AgentRequest) -> tuple[list[Step], Usage]:
        if request.agent is not None:
            self._registry.check(request.agent)
            return [Step(request.agent, request.task)], Usage()
        cards = self._registry.cards()
        if len(cards) == 1:
            return [Step(cards[0].name, request.task)], Usage()
        reply = await self._routed(request)
        plan = _steps(reply.tool_requests, self._registry.names(), request.task)
        await self.think(_spoken(plan), step=1, percentage=0)
        return plan, reply.usage

    async def _routed(self, request: AgentRequest) -> Reply:
        text = ROUTING
        if request.attachments:
            files = ", ".join(f"{name} (file_id: {file_id})" for name, file_id in request.attachments.items())
            text = f"{text}\nAttached files: {files}"
        messages = [Message("system", text), *request.history, Message("user", request.task)]
        stream = self.model.stream(messages, self._registry.schemas())
        try:
            async for delta in stream:
                if isinstance(delta, Reply):
                    return delta
        finally:
            await stream.aclose()
        raise AgentFailed("the model ended without a reply", error_type="model_error", retryable=True)

    async def _work(self, request: AgentRequest, plan: Sequence[Step]) -> dict[str, AgentResult]:
        """Run every agent as soon as the ones it waits for are done."""
        results: dict[str, AgentResult] = {}
        waiting = list(plan)
        while waiting:
            ready = [step for step in waiting if step.after <= results.keys()]
            await self._together(request, ready, results, alone=len(plan) == 1)
            waiting = [step for step in waiting if step not in ready]
            if waiting:
                done = round(100 * len(results) / len(plan))
                await self.think(_spoken(waiting), step=len(results) + 1, percentage=done)
        return results

    async def _together(
        self, request: AgentRequest, steps: Sequence[Step], results: dict[str, AgentResult], *, alone: bool
    ) -> None:
        before = dict(results)
        if len(steps) == 1:
            results[steps[0].agent] = await self._delegate(request, steps[0], before, alone=alone)
            return
        failures: list[AgentFailed] = []

        async def work(step: Step) -> None:
            try:
                results[step.agent] = await self._delegate(request, step, before, alone=False)
            except AgentFailed as failure:
                failures.append(failure)

        async with anyio.create_task_group() as tasks:
            for step in steps:
                tasks.start_soon(work, step)
        if failures:
            raise failures[0]

    async def _delegate(
        self, request: AgentRequest, step: Step, before: Mapping[str, AgentResult], *, alone: bool
    ) -> AgentResult:
        agent = self._agents.get(step.agent)
        attempt = 0
        while True:
            attempt += 1
            part = replace(
                request,
                task=_with_results(step, before),
                settle=None,
                subagent_id=f"subagent_{uuid.uuid4().hex}",
                stream_answer=alone,
            )
            try:
                return await agent.run(part)
            except AgentFailed as failure:
                if not failure.retryable or attempt == ATTEMPTS:
                    raise
                await self.think(f"{step.agent} failed ({failure.message}); trying again", step=attempt + 1)
                await anyio.sleep(FIRST_PAUSE * 2 ** (attempt - 1))


def _steps(wanted: Sequence[ToolRequest], known: Mapping[str, str], task: str) -> list[Step]:
    """Read the model's plan: one step per agent, needs that name a step of the plan and make no circle."""
    tasks: dict[str, list[str]] = {}
    after: dict[str, set[str]] = {}
    for request in wanted:
        if request.name in known:
            tasks.setdefault(request.name, []).append(str(request.arguments.get("task") or task))
            after.setdefault(request.name, set()).update(map(str, request.arguments.get("after") or ()))
    if not tasks:
        return [Step(next(iter(known)), task)]
    return _ordered(
        {name: Step(name, " ".join(parts), frozenset(after[name])) for name, parts in tasks.items()}
    )


def _ordered(steps: Mapping[str, Step]) -> list[Step]:
    ordered: dict[str, Step] = {}
    waiting = {
        name: replace(step, after=(step.after & steps.keys()) - {name}) for name, step in steps.items()
    }
    while waiting:
        ready = [step for step in waiting.values() if step.after <= ordered.keys()]
        # A circle of needs cannot be met: its first agent starts without the others.
        for step in ready or [replace(next(iter(waiting.values())), after=frozenset())]:
            ordered[step.agent] = waiting.pop(step.agent) if step in ready else step
            waiting.pop(step.agent, None)
    return list(ordered.values())


def _with_results(step: Step, before: Mapping[str, AgentResult]) -> str:
    needed = [f"{name}: {before[name].answer}" for name in sorted(step.after)]
    return "\n".join([step.task, "", "Results so far:", *needed]) if needed else step.task


def _joined(plan: Sequence[Step], results: Mapping[str, AgentResult], usage: Usage) -> AgentResult:
    tools: list[str] = []
    for step in plan:
        usage += results[step.agent].usage
        tools += results[step.agent].tools
    answer = "\n\n".join(results[step.agent].answer for step in plan)
    return AgentResult(answer, tuple(tools), usage)


def _spoken(plan: Sequence[Step]) -> str:
    return "; ".join(f"{step.agent}: {step.task}" for step in plan)
