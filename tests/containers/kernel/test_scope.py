"""Scopes: one object each, entered in building order, left in reverse order."""

import threading
import weakref

import anyio
import pytest

from containers.kernel import Scope
from services.errors import WiringError
from tests.containers.kernel.example import ORDER, Application, Context, Request


@pytest.fixture
def app() -> Application:
    return Application()


async def test_everything_in_a_scope_is_made_once_and_shared_by_its_users(app: Application) -> None:
    async with app.open_request().open(Context()) as request:
        assert request.bridge is request.session.bridge is request.dispatcher.bridge  # type: ignore[attr-defined] # the example's
        assert app.dispatcher_factory().made == 1


async def test_two_scopes_share_nothing_but_application_objects(app: Application) -> None:
    door = app.open_request()
    async with door.open(Context("ada")) as one, door.open(Context("bob")) as two:
        for name in ("context", "session", "dispatcher", "agents", "bridge"):
            assert getattr(one, name) is not getattr(two, name)
        assert one.session.journal is two.session.journal


async def test_managed_objects_are_entered_in_building_order_and_left_in_reverse(app: Application) -> None:
    async with app.open_request().open(Context()):
        assert app.journal().names() == (ORDER, [])
    assert app.journal().names() == (ORDER, ORDER[::-1])


async def test_the_root_may_be_managed_itself(app: Application) -> None:
    async with app.open_bridge().open(Context()) as bridge:
        assert app.journal().entered == [bridge]
    assert app.journal().left == [bridge]


async def test_a_scope_without_managed_objects_is_fine() -> None:
    async with Scope(lambda: 42, {}) as root:
        assert root == 42


async def test_a_scope_inside_a_scope_has_its_own_objects(app: Application) -> None:
    async with app.open_request().open(Context()) as request:
        async with app.open_dispatcher().open(Context("eve")) as inner:
            assert inner is not request.dispatcher
        assert await request.dispatcher.call("add") == "ada:add"


async def test_an_open_scope_is_no_service_locator(app: Application) -> None:
    async with app.open_request().open(Context()):
        with pytest.raises(
            WiringError, match="OneDispatcher lives in a request scope and none is being built"
        ):
            app.dispatcher()


async def test_another_thread_cannot_resolve_while_a_scope_is_built(app: Application) -> None:
    caught: list[BaseException] = []

    def elsewhere() -> None:
        try:
            app.bridge()
        except WiringError as error:
            caught.append(error)

    def root() -> None:
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()

    async with Scope(root, {app.context: Context()}):
        assert len(caught) == 1


async def test_a_task_that_a_constructor_starts_cannot_resolve(app: Application) -> None:
    caught: list[BaseException] = []

    async def started_by_a_constructor() -> None:
        try:
            app.bridge()
        except WiringError as error:
            caught.append(error)

    async with (
        anyio.create_task_group() as group,
        Scope(lambda: group.start_soon(started_by_a_constructor), {app.context: Context()}),
    ):
        await anyio.wait_all_tasks_blocked()
        assert len(caught) == 1


async def test_a_constructor_cannot_open_a_scope(app: Application) -> None:
    def root() -> Request:
        return Scope(app.request, {app.context: Context()}).make(app.request)

    with pytest.raises(WiringError, match="while another one is being built"):
        async with Scope(root, {}):
            pass


async def test_a_constructor_that_fails_leaves_nothing_entered_and_the_thread_free(app: Application) -> None:
    def root() -> None:
        app.bridge()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        async with Scope(root, {app.context: Context()}):
            pass
    assert app.journal().names() == ([], [])
    async with app.open_request().open(Context()):
        assert app.journal().names()[0] == ORDER


async def test_a_scope_is_entered_once(app: Application) -> None:
    scope = app.open_request().open(Context())
    async with scope:
        with pytest.raises(WiringError, match="entered once"):
            await scope.__aenter__()
    with pytest.raises(WiringError, match="not open"):
        await scope.__aexit__(None, None, None)
    with pytest.raises(WiringError, match="closed"):
        scope.make(app.bridge)


async def test_a_scope_that_was_never_entered_cannot_be_left(app: Application) -> None:
    with pytest.raises(WiringError, match="not open"):
        await app.open_request().open(Context()).__aexit__(None, None, None)


async def test_a_missing_input_is_named(app: Application) -> None:
    with pytest.raises(WiringError, match="Context is an input"):
        async with Scope(app.request, {}):
            pass


def test_an_input_of_the_wrong_class_is_refused_before_anything_is_built(app: Application) -> None:
    with pytest.raises(WiringError, match="Context is wanted as input, str was given"):
        app.open_request().open("ada")


def test_two_containers_share_nothing() -> None:
    one, two = Application(), Application()
    assert one.journal() is not two.journal()
    assert one.open_request() is not two.open_request()


async def test_a_closed_scope_keeps_nothing_alive(app: Application) -> None:
    context = Context()
    alive = weakref.ref(context)
    scope = Scope(lambda: None, {app.context: context})
    async with scope:
        del context
        assert alive() is not None
    assert alive() is None
    assert scope.closed
