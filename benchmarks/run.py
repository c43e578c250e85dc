"""A whole run: scope, supervisor, agent, one tool call, answer; 100 at once, over the scripted model and
over fixed replies, with events in memory as the peers have them; and with events on disk.
"""

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path

import anyio

from benchmarks.call import opened
from benchmarks.measuring import Figure, Side, measured, report
from containers.bootstrap import Application
from services.agents import AgentRequest
from services.context import UserExecutionContext
from services.ports.models import ChatModel, Message, Reply, TextDelta, ThinkingDelta, ToolRequest, ToolSchema

FIXED, SCRIPTED = "run, fixed replies", "run, scripted model"
AT_ONCE = 100
TARGET = 2_000


class FixedReplies(ChatModel):
    """Asks for one tool, then answers."""

    name = "fixed"

    async def stream(
        self, messages: Sequence[Message], tools: Sequence[ToolSchema] = ()
    ) -> AsyncGenerator[TextDelta | ThinkingDelta | Reply, None]:
        """Yield the one reply."""
        if messages[-1].role == "tool":
            yield Reply("the sum is 5")
        else:
            yield Reply("", (ToolRequest("1", "bench_add", {"a": 2, "b": 3}),))


def runs(application: Application, text: str) -> Side:
    """Return runs of one question to the assistant, ``AT_ONCE`` side by side."""
    number = 0

    async def one() -> None:
        nonlocal number
        number += 1
        context = UserExecutionContext(
            f"bench-user-{number % AT_ONCE}", "bench-thread", f"bench-run-{number}"
        )
        async with application.open_request(context) as request:
            await request.supervisor.run(AgentRequest(text, agent="assistant"))

    async def batch(times: int) -> None:
        for _ in range(times // AT_ONCE):
            async with anyio.create_task_group() as tasks:
                for _ in range(AT_ONCE):
                    tasks.start_soon(one)

    return batch


async def main(file: Path | None) -> None:
    """Measure and report."""
    async with (
        opened() as scripted,
        opened(model=FixedReplies()) as fixed,
        opened(model=FixedReplies(), log="sql") as durable,
    ):
        sides = {
            FIXED: runs(fixed, "add 2 and 3"),
            f"{FIXED}, durable events": runs(durable, "add 2 and 3"),
            SCRIPTED: runs(scripted, "What is 17 % of 2,340?"),
        }
        figures = await measured(sides, rounds=20, times=200)
    report("one whole run, 100 at once", figures, _notes(figures), file)


def _notes(figures: dict[str, Figure]) -> list[str]:
    notes = []
    for name in (FIXED, SCRIPTED):
        rate = 1e6 / figures[name].median
        verdict = "met" if rate >= TARGET else "missed"
        notes.append(f"{name}: {rate:,.0f} runs/s per core, target ≥ {TARGET:,}: {verdict}")
    return notes
