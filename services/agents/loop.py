"""The agent loop: ask the model, run the tools it wants, tell it the results, until it answers.

An agent that uses tools is described, not programmed: a name, what it is for, instructions, and which tools
it may use.
"""

import json
from collections.abc import Sequence
from typing import ClassVar

import anyio

from services.agents.base import BaseAgent
from services.agents.request import AgentFailed, AgentRequest, AgentResult
from services.errors import PermissionDenied
from services.ports.models import Message, Reply, TextDelta, ThinkingDelta, ToolRequest, ToolSchema, Usage
from services.tools.result import ToolExecutionResult

DELTA_CHARACTERS = 48
"""How much of an answer is gathered before it is streamed on."""


class ToolAgent(BaseAgent):
    """An agent that works with tools. Subclasses say who they are; ``tools`` holds name patterns such as
    ``notes_*``.
    """

    instructions: ClassVar[str] = ""
    tools: ClassVar[tuple[str, ...]] = ("*",)

    async def execute(self, request: AgentRequest) -> AgentResult:
        """Answer the task; raises ``AgentFailed`` when the model takes more steps than allowed."""
        messages = self._opening(request)
        schemas = self.dispatcher.schemas(self.tools)
        used: list[str] = []
        usage = Usage()
        for step in range(1, self.steps + 1):
            reply = await self._ask(request, messages, schemas)
            usage += reply.usage
            if not reply.tool_requests:
                return AgentResult(reply.text.strip(), tuple(used), usage)
            used += [wanted.name for wanted in reply.tool_requests]
            await self.think(reply.text or _plan(reply.tool_requests), step)
            messages.append(Message("assistant", reply.text, reply.tool_requests))
            messages += await self._run(reply.tool_requests)
        raise AgentFailed(f"no answer after {self.steps} steps", error_type="too_many_steps")

    def _opening(self, request: AgentRequest) -> list[Message]:
        text = self.instructions
        if request.attachments:
            files = ", ".join(f"{name} (file_id: {file_id})" for name, file_id in request.attachments.items())
            text = f"{text}\nAttached files: {files}".strip()
        system = [Message("system", text)] if text else []
        return [*system, *request.history, Message("user", request.task)]

    async def _ask(
        self, request: AgentRequest, messages: Sequence[Message], schemas: Sequence[ToolSchema]
    ) -> Reply:
        reply, text = None, ""
        stream = self.model.stream(messages, schemas)
        try:
            async for delta in stream:
                if isinstance(delta, Reply):
                    reply = delta
                elif isinstance(delta, ThinkingDelta):
                    continue
                elif request.stream_answer:
                    text = await self._streamed(text, delta)
        finally:
            await stream.aclose()
        if reply is None:
            raise AgentFailed("the model ended without a reply", error_type="model_error", retryable=True)
        if text:
            await self._delta(text)
        return reply

    async def _streamed(self, text: str, delta: TextDelta) -> str:
        text += delta.text
        if len(text) < DELTA_CHARACTERS:
            return text
        await self._delta(text)
        return ""

    async def _delta(self, text: str) -> None:
        await self.bridge.notify_custom(self.context.run_id, self.name, "answer_delta", {"text": text})

    async def _run(self, wanted: Sequence[ToolRequest]) -> list[Message]:
        """Run the tools side by side; one that fails stops none of the others."""
        if len(wanted) == 1:
            return [await self._call(wanted[0])]
        answers: dict[int, Message] = {}

        async def call(index: int) -> None:
            answers[index] = await self._call(wanted[index])

        async with anyio.create_task_group() as tasks:
            for index in range(len(wanted)):
                tasks.start_soon(call, index)
        return [answers[index] for index in range(len(wanted))]

    async def _call(self, wanted: ToolRequest) -> Message:
        try:
            result = await self.dispatcher.execute_tool(
                wanted.name, dict(wanted.arguments), agent_name=self.name
            )
            content = told(result)
        except PermissionDenied as error:
            content = json.dumps({"error": {"code": error.code, "message": str(error)}})
        return Message("tool", content, request_id=wanted.id, tool_name=wanted.name)


def told(result: ToolExecutionResult) -> str:
    """Return a call's result as the model reads it: the result itself, or the error with its code."""
    if result.success:
        return json.dumps(result.result, ensure_ascii=False)
    error = (
        {"code": "tool_failed", "message": "no result"} if result.error is None else result.error.to_dict()
    )
    return json.dumps({"error": error}, ensure_ascii=False)


def _plan(wanted: Sequence[ToolRequest]) -> str:
    names = [request.name.replace("_", " ") for request in wanted]
    return f"I will use {' and '.join(names)}."
