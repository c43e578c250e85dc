"""Threads and messages."""

import secrets

from fastapi import APIRouter

from adapters.web.bodies import Cursor, Id, Limit, NewMessage, NewThread
from adapters.web.credentials import Caller
from adapters.web.doors import Door
from adapters.web.gates import Guarded
from adapters.web.views import AcceptedView, MessagePage, MessageView, ThreadPage, ThreadView
from services.intake import RunRequest
from services.ports.runs import Thread

router = APIRouter(route_class=Guarded, tags=["threads"])


def _view(thread: Thread) -> ThreadView:
    return ThreadView(thread_id=thread.thread_id, title=thread.title, created_at=thread.created_at)


@router.post("/api/threads", status_code=201)
async def create(door: Door, caller: Caller, body: NewThread | None = None) -> ThreadView:
    """Make an empty thread."""
    title = (body or NewThread()).title
    thread_id = secrets.token_hex(16)
    return _view(await door.run_store.create_thread(caller.user.id, thread_id, title))


@router.get("/api/threads")
async def threads(door: Door, caller: Caller, limit: Limit = 50, cursor: Cursor = None) -> ThreadPage:
    """Return the user's threads."""
    page = await door.run_store.threads(caller.user.id, limit, cursor)
    return ThreadPage(items=[_view(thread) for thread in page.items], next=page.next)


@router.get("/api/threads/{thread_id}/messages")
async def messages(
    door: Door, caller: Caller, thread_id: Id, limit: Limit = 50, cursor: Cursor = None
) -> MessagePage:
    """Return a thread's messages."""
    page = await door.run_store.messages(caller.user.id, thread_id, limit, cursor)
    items = [
        MessageView(
            message_id=message.message_id,
            role=message.role,
            content=message.content,
            run_id=message.run_id,
            created_at=message.created_at,
        )
        for message in page.items
    ]
    return MessagePage(items=items, next=page.next)


@router.post("/api/threads/{thread_id}/messages", status_code=202)
async def send(door: Door, caller: Caller, thread_id: Id, body: NewMessage) -> AcceptedView:
    """Start a run; the same ``message_id`` again returns the same run."""
    request = RunRequest(
        message_id=body.message_id or secrets.token_hex(16),
        content=body.content,
        thread_id=thread_id,
        agent=body.agent,
        files=tuple(body.files),
    )
    taken = await door.runs.start(caller.user, request)
    return AcceptedView(run_id=taken.run_id, thread_id=taken.thread_id, message_id=taken.message_id)
