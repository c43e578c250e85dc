"""Runs, their calls and their events, and decisions about waiting calls."""

from typing import Any

from fastapi import APIRouter
from fastapi.responses import Response

from adapters.web.bodies import Decision, Id
from adapters.web.credentials import Caller
from adapters.web.doors import Door
from adapters.web.gates import Guarded
from adapters.web.views import ApprovalPage, CallView, DeliveryView, RunErrorView, RunView
from services.errors import NotFound
from services.ports.runs import Run

router = APIRouter(route_class=Guarded, tags=["runs"])
_EVENTS: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"schema": {"type": "object"}}}, "description": "items and next"}
}


@router.get("/api/runs/{run_id}", response_model_exclude_unset=True)
async def run(door: Door, caller: Caller, run_id: Id) -> RunView:
    """Return how far a run is, and its answer."""
    return _view(await door.run_store.run(caller.user.id, run_id))


@router.post("/api/runs/{run_id}/cancel", status_code=202)
async def cancel(door: Door, caller: Caller, run_id: Id) -> None:
    """Cancel a run; one that has ended stays as it is."""
    await door.runs.cancel(caller.user.id, run_id)


@router.get("/api/runs/{run_id}/calls/{call_id}")
async def call(door: Door, caller: Caller, run_id: Id, call_id: Id) -> CallView:
    """Return one tool call in full."""
    record = await door.call_store.call(caller.user.id, run_id, call_id)
    return CallView(
        tool_name=record.tool_name,
        arguments=record.arguments,
        result=record.result,
        error=record.error,
        status=record.status,
        execution_time_ms=record.execution_time_ms,
    )


@router.get("/api/runs/{run_id}/events", response_class=Response, responses=_EVENTS)
async def events(door: Door, caller: Caller, run_id: Id) -> Response:
    """Return all kept events of a run, oldest first."""
    frames = await door.log.read_run(caller.user.id, run_id)
    if not frames:
        await door.run_store.run(caller.user.id, run_id)
    items = b",".join(frame.data for frame in frames)
    return Response(b'{"items":[' + items + b'],"next":null}', media_type="application/json")


@router.get("/api/approvals")
async def approvals(caller: Caller) -> ApprovalPage:
    """Return the calls that wait for a decision."""
    return ApprovalPage(items=[])


@router.post("/api/approvals/{call_id}")
async def decide(caller: Caller, call_id: Id, body: Decision) -> None:
    """Decide about a waiting call."""
    raise NotFound("No call waits for a decision under that id.")


def _view(run: Run) -> RunView:
    known: dict[str, Any] = {"answer": run.answer, "finished_at": run.finished_at}
    if run.error is not None:
        known["error"] = RunErrorView(
            error_type=run.error.error_type, message=run.error.message, retryable=run.error.retryable
        )
    if run.told is not None:
        place = f"{run.told.epoch}:{run.told.seq}"
        known["delivery"] = DeliveryView(place=place, told_at=run.told_at, delivered_at=run.delivered_at)
    return RunView(
        run_id=run.run_id,
        thread_id=run.thread_id,
        status=run.status.value,
        started_at=run.started_at,
        **{name: value for name, value in known.items() if value is not None},
    )
