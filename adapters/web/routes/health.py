"""Is the process alive, may it be given work, and what has it counted?"""

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from adapters.web.addresses import is_loopback
from adapters.web.credentials import identify
from adapters.web.doors import Check, Door, Doors
from adapters.web.gates import Open
from services.errors import PermissionDenied, Unavailable

CHECK_SECONDS = 2.0
FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")

router = APIRouter(route_class=Open, tags=["health"])


@router.get("/livez")
async def alive() -> dict[str, str]:
    """Answer as long as the process can."""
    return {"status": "alive"}


@router.get("/readyz")
async def ready(door: Door) -> Response:
    """Return 200 when new work is welcome, else 503, with each part's state."""
    parts = {name: await _works(check) for name, check in door.checks.items()}
    parts["memory"] = _memory_suffices(door)
    parts["accepting"] = not (door.runs.draining or door.sockets.draining)
    fine = all(parts.values())
    body = {"status": "ready" if fine else "not ready", "checks": parts}
    return JSONResponse(body, 200 if fine else 503)


@router.get("/metrics")
async def metrics(door: Door, request: Request) -> Response:
    """Return Prometheus text: to an administrator, or to this machine when nothing forwarded the request."""
    if not _from_here(request):
        await _require_administrator(request)
    door.metrics.sockets(door.sockets.count())
    text = await anyio.to_thread.run_sync(door.metrics.render)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


def _from_here(request: Request) -> bool:
    forwarded = any(name in request.headers for name in FORWARDING)
    return not forwarded and request.client is not None and is_loopback(request.client.host)


async def _require_administrator(request: Request) -> None:
    identity = await identify(request)
    if "admin" not in identity.user.roles:
        raise PermissionDenied("Only administrators may read the metrics.")


def _memory_suffices(doors: Doors) -> bool:
    try:
        doors.memory.refuse_when_critical()
    except Unavailable:
        return False
    return True


async def _works(check: Check) -> bool:
    with anyio.move_on_after(CHECK_SECONDS):
        try:
            return await check()
        except Exception:  # noqa: BLE001 - whatever breaks a check, the part does not work
            return False
    return False
