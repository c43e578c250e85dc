"""Files: streamed in within their own bound, handed back as attachments only."""

from collections.abc import AsyncIterator
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from adapters.web.bodies import Id
from adapters.web.credentials import Caller
from adapters.web.doors import Door
from adapters.web.errors import HTTPRefusal
from adapters.web.gates import Guarded
from adapters.web.views import FilePage, FileView, UploadView

MEDIA_TYPES = frozenset({"text/csv", "text/plain"})
INERT = "default-src 'none'; sandbox"

router = APIRouter(route_class=Guarded, tags=["files"])


@router.put("/api/files/{name:path}", status_code=201)
async def upload(door: Door, caller: Caller, name: str, request: Request) -> UploadView:
    """Store the body as a file; a name used again replaces nothing."""
    media_type = _media_type(request)
    stored = await door.files.put(caller.user.id, name, media_type, _content(request), door.limits.file_bytes)
    return UploadView(file_id=stored.file_id, name=stored.name, bytes=stored.bytes)


@router.get("/api/files")
async def files(door: Door, caller: Caller) -> FilePage:
    """Return the user's files, newest first."""
    items = [
        FileView(
            file_id=file.file_id,
            name=file.name,
            bytes=file.bytes,
            media_type=file.media_type,
            created_at=file.created_at,
        )
        for file in await door.files.files(caller.user.id)
    ]
    return FilePage(items=items)


@router.get("/api/files/{file_id}", response_class=StreamingResponse)
async def download(door: Door, caller: Caller, file_id: Id) -> StreamingResponse:
    """Return a file's content."""
    file = await door.files.file(caller.user.id, file_id)
    return StreamingResponse(
        await door.files.content(caller.user.id, file_id),
        media_type=file.media_type,
        headers={
            "Content-Length": str(file.bytes),
            "Content-Disposition": f"attachment; filename*=utf-8''{quote(file.name, safe='')}",
            "Content-Security-Policy": INERT,
            "Cache-Control": "no-store",
        },
    )


@router.delete("/api/files/{file_id}", status_code=204)
async def delete(door: Door, caller: Caller, file_id: Id) -> None:
    """Delete a file."""
    await door.files.delete(caller.user.id, file_id)


def _media_type(request: Request) -> str:
    given = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in MEDIA_TYPES:
        raise HTTPRefusal(
            415,
            "unsupported_media_type",
            "Send the file as Content-Type: text/csv or text/plain; nothing else is read.",
        )
    return given


async def _content(request: Request) -> AsyncIterator[bytes]:
    async for chunk in request.stream():
        if chunk:
            yield chunk
