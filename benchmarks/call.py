"""One tool call: the whole pipeline with two events and nobody listening, beside the floor and
pydantic-ai's ToolManager. They keep nothing, so ours keeps its events in memory; beside it stands the same
with events that are on disk before the call goes on, one call at a time.
"""

import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from dependency_injector import providers
from pydantic import BaseModel
from pydantic_ai import RunContext
from pydantic_ai.messages import ToolCallPart
from pydantic_ai.models.test import TestModel
from pydantic_ai.tool_manager import ToolManager
from pydantic_ai.toolsets import FunctionToolset
from pydantic_ai.usage import RunUsage

from benchmarks.measuring import Figure, Side, against, measured, report
from config.limits import Limits
from config.settings import Events, Logs, Settings, Tools
from containers.bootstrap import Application, application_for_tests, running
from services.context import UserExecutionContext
from services.ports.models import ChatModel

BIG = 1_000_000_000
RAW = b'{"a":2,"b":3}'


async def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


def settings_for(directory: str, *, log: str = "memory") -> Settings:
    """Return settings without bounds that a benchmark would hit; ``log`` in production is ``sql``."""
    limits = Limits(
        calls_per_minute=BIG,
        messages_per_minute=BIG,
        concurrent_calls=10_000,
        concurrent_calls_total=100_000,
        live_dispatchers=10_000,
        concurrent_runs=10_000,
        live_agents=100_000,
    )
    modules = Tools(modules=("benchmarks.tools",))
    return Settings(
        data=Path(directory),
        limits=limits,
        tools=modules,
        events=Events.model_validate({"log": log}),
        logs=Logs.model_validate({"level": "warning", "format": "json"}),
    )


@asynccontextmanager
async def opened(*, log: str = "memory", model: ChatModel | None = None) -> AsyncIterator[Application]:
    """Run an application for the block, over the scripted model where no other one is given."""
    with (
        tempfile.TemporaryDirectory() as directory,
        application_for_tests(settings_for(directory, log=log)) as container,
    ):
        if model is not None:
            container.model.override(providers.Object(model))
        async with running(container) as application:
            yield application


class Arguments(BaseModel):
    """What the floor validates."""

    a: int
    b: int


async def floor(times: int) -> None:
    """Validate and await, nothing else."""
    for _ in range(times):
        arguments = Arguments.model_validate_json(RAW)
        await add(arguments.a, arguments.b)


def through_the_door(application: Application) -> Side:
    """Return calls through one dispatcher."""

    async def calls(times: int) -> None:
        context = UserExecutionContext("bench-user", "bench-thread", "bench-run-1")
        async with application.dispatcher_factory.create_scoped(context) as dispatcher:
            for _ in range(times):
                result = await dispatcher.execute_tool("bench_add", {"a": 2, "b": 3})
                assert result.result == 5

    return calls


async def tool_manager() -> Side:
    """Return calls through pydantic-ai's ToolManager, as its own runs make them."""
    toolset: Any = FunctionToolset([add])
    context: Any = RunContext(deps=None, model=TestModel(), usage=RunUsage(), run_step=1)
    manager = await ToolManager(toolset).for_run_step(context)

    async def calls(times: int) -> None:
        for _ in range(times):
            part = ToolCallPart("add", {"a": 2, "b": 3}, tool_call_id="c1")
            assert await manager.handle_call(part) == 5

    return calls


async def main(file: Path | None) -> None:
    """Measure and report."""
    async with opened() as application, opened(log="sql") as durable:
        sides = {
            "floor": floor,
            "soledoor": through_the_door(application),
            "soledoor, durable events": through_the_door(durable),
            "pydantic-ai ToolManager": await tool_manager(),
        }
        figures = await measured(sides)
    report("one tool call", figures, _notes(figures), file)


def _notes(figures: dict[str, Figure]) -> list[str]:
    ours, peer = figures["soledoor"], figures["pydantic-ai ToolManager"]
    return [
        against("whole call", ours.median, 45, "µs"),
        against("against pydantic-ai's ToolManager", ours.median / peer.median, 1),
        f"against the floor: {ours.median / figures['floor'].median:.1f} ×",
    ]
