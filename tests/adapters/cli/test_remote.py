"""The terminal as a client of a server: cuts, gaps and refusals, against a server that plays them."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from adapters.cli.refusals import Stop
from adapters.cli.remote import RemoteConversation

Play = Callable[[ServerConnection], Awaitable[None]]


class Stage:
    """A server whose sockets follow a script, one part for each connection; the last part is played again."""

    def __init__(self, *parts: Play) -> None:
        self.parts, self.paths, self.sent = list(parts), list[str](), list[dict[str, Any]]()

    async def handle(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        self.paths.append(socket.request.path)
        part = self.parts.pop(0) if len(self.parts) > 1 else self.parts[0]
        await part(socket)

    @asynccontextmanager
    async def conversation(
        self, pauses: tuple[float, ...] = (0.0, 0.0, 0.0)
    ) -> AsyncGenerator[RemoteConversation]:
        async with serve(self.handle, "127.0.0.1", 0) as server:
            port = next(iter(server.sockets)).getsockname()[1]
            yield RemoteConversation(f"http://127.0.0.1:{port}", "token", pauses)

    async def asked(self, socket: ServerConnection) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await socket.recv())
        self.sent.append(message)
        return message


def hello(head: int = 0, *, resumed: bool = False, epoch: str = "e") -> dict[str, Any]:
    return {"type": "hello", "v": 1, "epoch": epoch, "head": head, "first": 1, "resumed": resumed}


def event(seq: int | None, kind: str = "agent_thinking", run_id: str = "r") -> dict[str, Any]:
    place = {"replayed": True} if seq is None else {"seq": seq, "epoch": "e"}
    return {"type": kind, "run_id": run_id, "agent_name": "a", "payload": {}, **place}


async def say(socket: ServerConnection, *messages: dict[str, Any]) -> None:
    for message in messages:
        await socket.send(json.dumps(message))


async def accept(stage: Stage, socket: ServerConnection) -> dict[str, Any]:
    message = await stage.asked(socket)
    await say(
        socket, {"type": "accepted", "message_id": message["message_id"], "run_id": "r", "thread_id": "t"}
    )
    return message


async def collected(conversation: RemoteConversation) -> list[Any]:
    async with aclosing(conversation.ask("hi", None, ())) as events:
        return [each.get("seq", each["type"]) async for each in events]


async def test_the_events_of_the_run_arrive_in_order_and_others_are_left_out() -> None:
    async def part(socket: ServerConnection) -> None:
        await say(socket, hello(4))
        await accept(stage, socket)
        await say(
            socket,
            event(5),
            event(6, run_id="other"),
            {"type": "ping"},
            event(5),
            event(7, "agent_completed"),
        )
        await socket.wait_closed()

    stage = Stage(part)
    async with stage.conversation() as conversation:
        assert await collected(conversation) == [5, 7]
    assert stage.paths == ["/ws"]


async def test_events_that_come_before_their_run_is_known_are_not_lost() -> None:
    async def part(socket: ServerConnection) -> None:
        await say(socket, hello())
        message = await stage.asked(socket)
        await say(socket, event(1), event(2, run_id="other"))
        await say(
            socket, {"type": "accepted", "message_id": message["message_id"], "run_id": "r", "thread_id": "t"}
        )
        await say(socket, event(3, "agent_completed"))
        await socket.wait_closed()

    stage = Stage(part)
    async with stage.conversation() as conversation:
        assert await collected(conversation) == [1, 3]


async def test_after_a_cut_it_goes_on_where_it_was_and_asks_nothing_twice() -> None:
    async def first(socket: ServerConnection) -> None:
        await say(socket, hello(10))
        await accept(stage, socket)
        await say(socket, event(11))
        await socket.close(1012)

    async def second(socket: ServerConnection) -> None:
        await say(socket, hello(13, resumed=True), event(12), event(13, "agent_completed"))
        await socket.wait_closed()

    stage = Stage(first, second)
    async with stage.conversation() as conversation:
        assert await collected(conversation) == [11, 12, 13]
    assert stage.paths == ["/ws", "/ws?after=e:11"]
    assert len(stage.sent) == 1


async def test_a_message_that_was_not_answered_is_sent_again_with_its_id() -> None:
    async def cut(socket: ServerConnection) -> None:
        await say(socket, hello())
        await stage.asked(socket)

    async def part(socket: ServerConnection) -> None:
        await say(socket, hello(resumed=True))
        await accept(stage, socket)
        await say(socket, event(1, "agent_completed"))
        await socket.wait_closed()

    stage = Stage(cut, part)
    async with stage.conversation() as conversation:
        assert await collected(conversation) == [1]
    assert stage.sent[0] == stage.sent[1]


async def test_a_hole_makes_it_connect_again() -> None:
    async def holed(socket: ServerConnection) -> None:
        await say(socket, hello())
        await accept(stage, socket)
        await say(socket, event(1), event(3))
        await socket.wait_closed()

    async def whole(socket: ServerConnection) -> None:
        await say(socket, hello(3, resumed=True), event(2), event(3, "agent_completed"))
        await socket.wait_closed()

    stage = Stage(holed, whole)
    async with stage.conversation() as conversation:
        assert await collected(conversation) == [1, 2, 3]
    assert stage.paths[1] == "/ws?after=e:1"


async def test_after_a_gap_the_replayed_end_is_taken() -> None:
    async def first(socket: ServerConnection) -> None:
        await say(socket, hello())
        await accept(stage, socket)
        await say(socket, event(1))

    async def second(socket: ServerConnection) -> None:
        gap = {"type": "gap", "from": 1, "to": 9, "reason": "epoch"}
        await say(
            socket, hello(9, epoch="new"), gap, event(None, "agent_started"), event(None, "agent_completed")
        )
        await socket.wait_closed()

    stage = Stage(first, second)
    async with stage.conversation() as conversation:
        assert await collected(conversation) == [1, "agent_started", "agent_completed"]


async def test_the_next_message_stays_in_the_thread_until_a_new_one_is_begun() -> None:
    async def part(socket: ServerConnection) -> None:
        await say(socket, hello())
        await accept(stage, socket)
        await say(socket, event(None, "agent_completed"))
        await socket.wait_closed()

    stage = Stage(part)
    async with stage.conversation() as conversation:
        await collected(conversation)
        await collected(conversation)
        conversation.begin_anew()
        await collected(conversation)
    assert [message.get("thread_id") for message in stage.sent] == [None, "t", None]


async def test_a_refusal_is_told_in_the_servers_words_and_when_to_try_again() -> None:
    async def part(socket: ServerConnection) -> None:
        message = await stage.asked(socket)
        refusal = {"code": "rate_limited", "detail": "Slow down.", "retry_after_s": 12.4}
        await say(socket, {"type": "rejected", "message_id": message["message_id"], **refusal})
        await socket.wait_closed()

    stage = Stage(part)
    async with stage.conversation() as conversation:
        with pytest.raises(Stop, match=r"Slow down\. \(rate_limited\); try again in 12 s"):
            await collected(conversation)


@pytest.mark.parametrize(
    ("code", "words"), [(4401, "log in again"), (4503, "too many sockets"), (4502, "4502")]
)
async def test_a_close_that_means_do_not_come_back_is_final(code: int, words: str) -> None:
    async def part(socket: ServerConnection) -> None:
        await socket.close(code, "reason")

    stage = Stage(part)
    async with stage.conversation() as conversation:
        with pytest.raises(Stop, match=words):
            await collected(conversation)
    assert len(stage.paths) == 1


async def test_it_gives_up_when_the_server_stays_away() -> None:
    async def part(socket: ServerConnection) -> None:
        await socket.close(1012)

    stage = Stage(part)
    async with stage.conversation() as conversation:
        with pytest.raises(Stop, match="cannot be reached: connection lost"):
            await collected(conversation)
    assert len(stage.paths) == 4


async def test_a_server_that_is_not_there_is_told_with_its_address() -> None:
    conversation = RemoteConversation("http://127.0.0.1:1", "token", ())
    with pytest.raises(Stop, match=r"the server at http://127\.0\.0\.1:1 cannot be reached"):
        await collected(conversation)


async def test_cancel_names_the_run_and_its_end_still_comes() -> None:
    async def part(socket: ServerConnection) -> None:
        await say(socket, hello())
        await accept(stage, socket)
        await say(socket, event(1))
        await stage.asked(socket)
        await say(socket, event(2, "agent_error"))
        await socket.wait_closed()

    stage = Stage(part)
    async with stage.conversation() as conversation, aclosing(conversation.ask("hi", None, ())) as events:
        assert (await anext(events))["seq"] == 1
        assert await conversation.cancel()
        assert [each["seq"] async for each in events] == [2]
        assert not await conversation.cancel()
    assert stage.sent[1] == {"type": "cancel", "run_id": "r"}


async def test_a_wrong_token_is_final() -> None:
    async def refuse(socket: ServerConnection, request: Any) -> Any:
        return socket.respond(401, "no")

    async def never(socket: ServerConnection) -> None:
        await socket.wait_closed()

    async with serve(never, "127.0.0.1", 0, process_request=refuse) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        with pytest.raises(Stop, match=r"refuses the socket \(401\)"):
            await collected(RemoteConversation(f"http://127.0.0.1:{port}", "token"))
