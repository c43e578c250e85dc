from typing import Any

import anyio
import pytest
from structlog.testing import capture_logs

from services import closing
from services.context import managed_user_context
from services.errors import InvalidContextError
from tests.services.contexts import a_context


class SyncSession:
    closed = 0

    def close(self) -> None:
        self.closed += 1


class AsyncSession(SyncSession):
    async def close(self) -> None:  # type: ignore[override]
        await anyio.lowlevel.checkpoint()
        self.closed += 1


class OnlyAclose(SyncSession):
    close = None  # type: ignore[assignment]

    async def aclose(self) -> None:
        self.closed += 1


SESSIONS = [SyncSession, AsyncSession, OnlyAclose]


async def test_callbacks_run_once_and_the_last_added_first() -> None:
    context, order = a_context(), []

    async def asynchronous() -> None:
        await anyio.lowlevel.checkpoint()
        order.append("async")

    context.add_cleanup_callback(lambda: order.append("first"))
    context.add_cleanup_callback(asynchronous)
    context.add_cleanup_callback(lambda: order.append("last"))
    await context.cleanup()
    await context.cleanup()
    assert order == ["last", "async", "first"]


async def test_a_failing_callback_is_reported_and_the_rest_still_run() -> None:
    context, order = a_context(), []

    def fail() -> None:
        raise LookupError("gone")

    context.add_cleanup_callback(lambda: order.append("ran"))
    context.add_cleanup_callback(fail)
    with capture_logs() as logs:
        await context.cleanup()
    assert order == ["ran"]
    assert [(line["event"], line["correlation_id"]) for line in logs] == [
        ("closing_failed", context.get_correlation_id())
    ]
    assert "fail" in logs[0]["name"]


async def test_an_endless_callback_is_given_up_and_the_rest_still_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(closing, "CLOSING_SECONDS", 0.01)
    context, order = a_context(), []
    context.add_cleanup_callback(lambda: order.append("ran"))
    context.add_cleanup_callback(anyio.sleep_forever)
    with capture_logs() as logs:
        await context.cleanup()
    assert order == ["ran"]
    assert logs[0]["event"] == "closing_took_too_long"


async def test_a_callback_added_during_cleanup_runs_too() -> None:
    context, order = a_context(), []
    context.add_cleanup_callback(lambda: context.add_cleanup_callback(lambda: order.append("late")))
    await context.cleanup()
    assert order == ["late"]


def test_only_callables_can_be_called_back() -> None:
    with pytest.raises(InvalidContextError, match="callback must be callable, not str"):
        a_context().add_cleanup_callback("no")  # type: ignore[arg-type]


async def test_the_same_request_has_the_same_callbacks_and_a_child_its_own() -> None:
    context, order = a_context(), []
    context.add_cleanup_callback(lambda: order.append("mine"))
    await context.create_child_context("step").cleanup()
    assert order == []
    await context.with_db_session(SyncSession()).cleanup()
    assert order == ["mine"]


@pytest.mark.parametrize("kind", SESSIONS)
async def test_the_session_is_closed_at_the_end(kind: type[SyncSession]) -> None:
    session = kind()
    async with managed_user_context(a_context(db_session=session)) as context:
        assert context.db_session is session
        assert session.closed == 0
    assert session.closed == 1


@pytest.mark.parametrize("kind", SESSIONS)
async def test_the_session_is_closed_and_cleanup_runs_when_the_body_fails(kind: type[SyncSession]) -> None:
    session, order = kind(), []
    context = a_context(db_session=session)
    context.add_cleanup_callback(lambda: order.append(session.closed))
    with pytest.raises(KeyError, match="body"):
        async with managed_user_context(context):
            raise KeyError("body")
    assert (order, session.closed) == ([0], 1)


@pytest.mark.parametrize("kind", SESSIONS)
async def test_the_session_is_closed_and_cleanup_runs_under_cancellation(kind: type[SyncSession]) -> None:
    session, order = kind(), []

    async def slow() -> None:
        await anyio.lowlevel.checkpoint()
        order.append("ran")

    with anyio.CancelScope() as scope:
        async with managed_user_context(a_context(db_session=session)) as context:
            context.add_cleanup_callback(slow)
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert (order, session.closed) == (["ran"], 1)


async def test_trouble_with_the_session_never_hides_the_bodys_exception() -> None:
    class Broken:
        async def close(self) -> None:
            raise OSError("broken pipe")

    with capture_logs() as logs, pytest.raises(KeyError):
        async with managed_user_context(a_context(db_session=Broken())):
            raise KeyError("body")
    assert [(line["event"], line["what"], line["name"]) for line in logs] == [
        ("closing_failed", "session", "Broken")
    ]


async def test_a_session_that_never_closes_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "CLOSING_SECONDS", 0.01)

    class Stuck:
        async def close(self) -> None:
            await anyio.sleep_forever()

    with capture_logs() as logs:
        async with managed_user_context(a_context(db_session=Stuck())):
            pass
    assert logs[0]["event"] == "closing_took_too_long"


async def test_a_child_does_not_close_the_session_it_borrowed() -> None:
    borrowed, own = SyncSession(), SyncSession()
    context = a_context(db_session=borrowed)
    async with managed_user_context(context.create_child_context("step").with_websocket_connection("c-1")):
        pass
    async with managed_user_context(context.create_child_context("step").with_db_session(own)):
        pass
    assert (borrowed.closed, own.closed) == (0, 1)


async def test_without_a_session_nothing_is_closed() -> None:
    async with managed_user_context(a_context(db_session=object())), managed_user_context(a_context()):
        pass


async def test_only_a_context_can_be_managed() -> None:
    wrong: Any = "u-1"
    with pytest.raises(InvalidContextError, match="context must be"):
        async with managed_user_context(wrong):
            pass
