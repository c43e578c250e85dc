"""A server on a free port that answers chat completions with what a test says."""

import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import uvicorn


@dataclass
class Provider:
    """What was asked; ``gone`` is set when a client left before its answer ended."""

    url: str = ""
    bodies: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    gone: anyio.Event = field(default_factory=anyio.Event)


def chunk(text: str) -> dict[str, Any]:
    return _choice({"role": "assistant", "content": text})


def tool_chunk(index: int, call_id: str | None, name: str | None, arguments: str) -> dict[str, Any]:
    call = {
        "index": index,
        "id": call_id,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }
    return _choice({"tool_calls": [call]})


def finish(reason: str = "stop", usage: tuple[int, int] = (1, 1)) -> list[dict[str, Any]]:
    counted = {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}
    return [_choice({}, reason), {**_choice({}), "choices": [], "usage": counted}]


def _choice(delta: dict[str, Any], reason: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    return {"id": "x", "object": "chat.completion.chunk", "created": 1, "model": "gpt-5", "choices": [choice]}


@asynccontextmanager
async def serving(respond: Callable[[dict[str, Any]], Any]) -> AsyncIterator[Provider]:
    """Serve until the block ends; ``respond`` gives chunks ("cut" and "wait" too) or ``(status, body)``."""
    provider = Provider()

    async def application(scope: Any, receive: Any, send: Any) -> None:
        body = json.loads(await _body(receive))
        provider.bodies.append(body)
        provider.headers.append({k.decode(): v.decode() for k, v in scope["headers"]})
        answer = respond(body)
        if isinstance(answer, tuple):
            await _whole(send, *answer)
        else:
            await _streamed(provider, receive, send, [answer] if isinstance(answer, str) else answer)

    config = uvicorn.Config(
        application, port=0, log_level="critical", lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    sockets = [config.bind_socket()]
    provider.url = f"http://127.0.0.1:{sockets[0].getsockname()[1]}/v1"
    async with anyio.create_task_group() as group:
        group.start_soon(server.serve, sockets)
        yield provider
        server.should_exit = True


async def _body(receive: Any) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body, more = body + message.get("body", b""), message.get("more_body", False)
    return body


async def _whole(send: Any, status: int, body: object) -> None:
    await send(
        {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
    )
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


class CutError(Exception):
    """Makes uvicorn break the connection off."""


async def _streamed(provider: Provider, receive: Any, send: Any, pieces: Iterable[Any]) -> None:
    await send(
        {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]}
    )
    for piece in pieces:
        if piece == "cut":
            raise CutError
        if piece == "wait":
            while (await receive())["type"] != "http.disconnect":
                pass
            provider.gone.set()
            return
        await send(
            {
                "type": "http.response.body",
                "body": f"data: {json.dumps(piece)}\n\n".encode(),
                "more_body": True,
            }
        )
    await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})
