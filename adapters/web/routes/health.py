"""Is the process alive, may it be given work, and what has it counted?"""

from collections.abc import Mapping

import anyio
import anyio.to_thread
import structlog
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from adapters.web.addresses import is_loopback
from adapters.web.credentials import identify
from adapters.web.doors import Check, Door, Doors
from adapters.web.gates import Open
from services.errors import PermissionDenied, Refused, Unavailable

CHECK_SECONDS = 2.0
FORWARDING = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip", "via")

log = structlog.get_logger(__name__)
router = APIRouter(route_class=Open, tags=["health"])


@router.get("/livez")
async def alive() -> dict[str, str]:
    """Answer as long as the process can."""
    return {"status": "alive"}


@router.get("/readyz")
async def ready(door: Door) -> Response:
    """Return 200 when new work is welcome, else 503, with each part's state and why it does not work."""
    faults = await _faults({**door.checks, "memory": _memory(door), "accepting": _accepting(door)})
    reasons = {name: reason for name, reason in faults.items() if reason}
    body = {
        "status": "not ready" if reasons else "ready",
        "checks": {name: not reason for name, reason in faults.items()},
        "reasons": reasons,
    }
    return JSONResponse(body, 503 if reasons else 200)


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


def _memory(doors: Doors) -> Check:
    async def suffices() -> bool:
        doors.memory.refuse_when_critical()
        return True

    return suffices


def _accepting(doors: Doors) -> Check:
    async def accepting() -> bool:
        if doors.runs.draining:
            raise Unavailable("The server is stopping.")
        doors.sockets.admit()
        return True

    return accepting


async def _faults(checks: Mapping[str, Check]) -> Mapping[str, str]:
    """Return for each part why it does not work, empty where it does; all are asked side by side."""
    faults = dict.fromkeys(checks, "")

    async def ask(name: str) -> None:
        faults[name] = await _fault(name, checks[name])

    async with anyio.create_task_group() as tasks:
        for name in checks:
            tasks.start_soon(ask, name)
    return faults


async def _fault(name: str, check: Check) -> str:
    with anyio.move_on_after(CHECK_SECONDS):
        try:
            return "" if await check() else "It does not work."
        except Refused as refusal:
            return refusal.detail
        except Exception as error:  # whatever breaks a check, the part does not work
            log.error("check_failed", part=name, error=type(error).__name__, exc_info=error)
            return "It failed: the server's log says how."
    return f"It did not answer within {CHECK_SECONDS:g} s."
