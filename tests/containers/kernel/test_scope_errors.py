"""What a scope does with errors: no finalizer is skipped, and none swallows or hides what the body raised."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from types import TracebackType
from typing import Any, NoReturn, Self

import anyio
import pytest

from containers.kernel import Scope
from tests.containers.kernel.example import ORDER, Application, Context, Recorded


@pytest.fixture
def app() -> Application:
    return Application()


OnExit = Callable[[], Coroutine[Any, Any, Any]]


def raising(error: BaseException) -> Callable[[], Coroutine[Any, Any, NoReturn]]:
    async def fail() -> NoReturn:
        raise error

    return fail


async def true() -> bool:
    return True


async def run(app: Application, on_exit: OnExit | None = None, error: BaseException | None = None) -> None:
    """Open a request whose session closes in the given way; the body may raise."""
    async with app.open_quickly().open(Context()) as request:
        request.session.on_exit = on_exit
        if error is not None:
            raise error


async def test_every_finalizer_sees_the_bodys_exception_and_it_goes_on(app: Application) -> None:
    error = KeyError("body")
    with pytest.raises(KeyError) as caught:
        await run(app, error=error)
    assert caught.value is error
    assert app.journal().seen == [error, error, error]


async def test_a_finalizer_cannot_swallow_the_bodys_exception(app: Application) -> None:
    with pytest.raises(KeyError):
        await run(app, true, KeyError("body"))
    assert len(app.journal().left) == 3


async def test_a_failing_finalizer_stops_no_other_and_is_raised(app: Application) -> None:
    with pytest.raises(OSError, match="disk"):
        await run(app, raising(OSError("disk")))
    assert app.journal().names()[1] == ORDER[::-1]


async def test_objects_outside_of_a_failed_finalizer_see_its_failure_when_the_body_was_fine(
    app: Application,
) -> None:
    failure = OSError("disk")
    with pytest.raises(OSError, match="disk"):
        await run(app, raising(failure))
    assert app.journal().seen == [None, None, failure]


async def test_a_failing_finalizer_becomes_a_note_on_the_bodys_exception(app: Application) -> None:
    error = KeyError("body")
    with pytest.raises(KeyError) as caught:
        await run(app, raising(OSError("disk")), error)
    assert caught.value is error
    assert error.__notes__ == ["closing Session failed too: OSError('disk')"]
    assert app.journal().seen == [error, error, error]


async def test_of_two_failures_the_first_is_raised_and_the_second_noted(app: Application) -> None:
    app.bridge.add_attributes(on_exit=raising(ValueError("wire")))
    with pytest.raises(OSError, match="disk") as caught:
        await run(app, raising(OSError("disk")))
    assert caught.value.__notes__ == ["closing WireBridge failed too: ValueError('wire')"]


async def test_a_finalizer_that_raises_the_bodys_exception_again_adds_nothing(app: Application) -> None:
    error = KeyError("body")
    with pytest.raises(KeyError) as caught:
        await run(app, raising(error), error)
    assert caught.value is error
    assert not hasattr(error, "__notes__")


async def test_what_must_not_be_held_up_goes_before_the_bodys_exception(app: Application) -> None:
    class Stop(BaseException):
        pass

    with pytest.raises(Stop) as caught:
        await run(app, raising(Stop()), KeyError("body"))
    assert isinstance(caught.value.__context__, KeyError)
    assert len(app.journal().left) == 3


async def test_a_failing_enter_closes_what_was_entered(app: Application) -> None:
    error = OSError("port in use")
    app.session.add_attributes(on_enter=raising(error))
    with pytest.raises(OSError, match="port in use"):
        async with app.open_request().open(Context()):
            pytest.fail("the body must not run")
    assert app.journal().names() == (["WireBridge"], ["WireBridge"])
    assert app.journal().seen == [error]


async def test_a_cancelled_enter_closes_what_was_entered(app: Application) -> None:
    app.session.add_attributes(on_enter=anyio.sleep_forever)
    with anyio.move_on_after(0) as limit:
        async with app.open_request().open(Context()):
            pytest.fail("the body must not run")
    assert limit.cancelled_caught
    assert app.journal().names() == (["WireBridge"], ["WireBridge"])


async def test_a_cancelled_body_has_its_finalizers_run_to_the_end(app: Application) -> None:
    finished: list[str] = []

    async def slowly() -> None:
        for _ in range(3):
            await anyio.lowlevel.checkpoint()
        finished.append("done")

    with anyio.CancelScope() as outer:
        async with app.open_request().open(Context()) as request:
            request.session.on_exit = slowly
            outer.cancel()
            await anyio.sleep_forever()
    assert outer.cancelled_caught
    assert finished == ["done"]


async def test_a_finalizer_that_fails_on_a_cancelled_body_is_heard(app: Application) -> None:
    async def cancelled() -> None:
        with anyio.CancelScope() as outer:
            async with app.open_request().open(Context()) as request:
                request.session.on_exit = raising(OSError("disk"))
                outer.cancel()
                await anyio.sleep_forever()

    with pytest.raises(OSError, match="disk"):
        await cancelled()


async def test_a_cancellation_from_outside_is_never_swallowed(app: Application) -> None:
    with anyio.CancelScope() as outer:
        async with app.open_request().open(Context()) as request:
            request.session.on_exit = true
            outer.cancel()
            await anyio.sleep_forever()
        pytest.fail("the cancellation was swallowed")
    assert outer.cancelled_caught


async def test_a_stuck_finalizer_is_given_up_after_the_grace_and_the_others_get_their_turn(
    app: Application,
) -> None:
    with pytest.raises(TimeoutError, match=r"longer than 0\.05 s; given up: Session"):
        await run(app, anyio.sleep_forever)
    assert app.journal().names()[1] == ORDER[::-1]


async def test_a_stuck_finalizer_becomes_a_note_on_the_bodys_exception(app: Application) -> None:
    with pytest.raises(KeyError) as caught:
        await run(app, anyio.sleep_forever, KeyError("body"))
    assert caught.value.__notes__ == ["closing took longer than 0.05 s; given up: Session"]


async def test_a_cancelled_body_with_a_stuck_finalizer_stays_cancelled(app: Application) -> None:
    with anyio.CancelScope() as outer:
        async with app.open_quickly().open(Context()) as request:
            request.session.on_exit = anyio.sleep_forever
            outer.cancel()
            await anyio.sleep_forever()
    assert outer.cancelled_caught


async def test_only_what_was_cut_counts_as_given_up(app: Application) -> None:
    notes: list[str] = []

    async def raise_again() -> None:
        error = app.journal().seen[-1]
        assert error is not None
        raise error

    app.bridge.add_attributes(on_exit=raise_again)
    with anyio.CancelScope() as outer:
        outer.cancel()
        try:
            async with app.open_quickly().open(Context()) as request:
                request.session.on_exit = anyio.sleep_forever
                await anyio.sleep_forever()
        except anyio.get_cancelled_exc_class() as error:
            notes += error.__notes__
            raise
    assert notes == ["closing took longer than 0.05 s; given up: Session"]


async def test_a_late_finalizer_that_ends_in_spite_of_the_grace_is_no_timeout(app: Application) -> None:
    async def stubborn() -> None:
        with suppress(anyio.get_cancelled_exc_class()):
            await anyio.sleep_forever()

    await run(app, stubborn)
    assert len(app.journal().left) == 3


class Owner(Recorded):
    """A request object with a task group of its own."""

    group: anyio.abc.TaskGroup

    async def __aenter__(self) -> Self:
        self.group = await anyio.create_task_group().__aenter__()
        await super().__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        await super().__aexit__(kind, error, trace)
        if error is None:
            self.group.cancel_scope.cancel()
        return await self.group.__aexit__(kind, error, trace)


def owners(app: Application) -> Scope[tuple[Owner, Owner]]:
    def managed() -> Owner:
        owner = Owner(Context(), app.journal())
        scope.managed[id(owner)] = owner
        return owner

    scope: Scope[tuple[Owner, Owner]] = Scope(lambda: (managed(), managed()), {})
    return scope


async def test_objects_may_own_task_groups(app: Application) -> None:
    async with owners(app) as (first, second):
        first.group.start_soon(anyio.sleep_forever)
        second.group.start_soon(anyio.sleep_forever)
    assert app.journal().left == [second, first]


async def test_a_body_that_fails_inside_owned_task_groups_is_raised_as_it_is(app: Application) -> None:
    error = KeyError("body")

    async def body() -> None:
        async with owners(app) as (first, _):
            first.group.start_soon(anyio.sleep_forever)
            raise error

    with pytest.raises(KeyError) as caught:
        await body()
    assert caught.value is error
    assert not hasattr(error, "__notes__")


async def test_a_crash_in_an_owned_task_group_ends_the_body_and_is_raised(app: Application) -> None:
    async def body() -> None:
        async with owners(app) as (first, second):
            first.group.start_soon(raising(OSError("crash")))
            second.group.start_soon(anyio.sleep_forever)
            await anyio.sleep_forever()

    with pytest.raises(ExceptionGroup) as caught:
        await body()
    assert caught.group_contains(OSError, match="crash")
    assert app.journal().left == app.journal().entered[::-1]


async def test_a_cancellation_that_an_owned_group_began_ends_with_the_scope(app: Application) -> None:
    async with owners(app) as (first, _):
        first.group.cancel_scope.cancel()
        await anyio.sleep_forever()
    await anyio.lowlevel.checkpoint()
    assert len(app.journal().left) == 2


async def test_an_outer_cancellation_passes_through_owned_groups(app: Application) -> None:
    with anyio.CancelScope() as outer:
        async with owners(app) as (first, _):
            first.group.start_soon(anyio.sleep_forever)
            outer.cancel()
            await anyio.sleep_forever()
        pytest.fail("the cancellation was swallowed")
    assert outer.cancelled_caught


async def test_an_enter_that_its_own_scope_cancels_is_an_error(app: Application) -> None:
    def root() -> Owner:
        owner, second = Owner(Context(), app.journal()), Recorded(Context(), app.journal())

        async def cancelled() -> None:
            owner.group.cancel_scope.cancel()
            await anyio.sleep_forever()

        second.on_enter = cancelled
        scope.managed.update({id(owner): owner, id(second): second})
        return owner

    scope: Scope[Owner] = Scope(root, {})
    with pytest.raises(RuntimeError, match="cancelled by one of its own objects"):
        await scope.__aenter__()
    assert len(app.journal().left) == 1
