"""Overrides: app-wide by ``provider.override``, for one scope by ``overrides``; both safe under
concurrency."""

from collections.abc import Callable
from typing import Any

import anyio
import pytest
from dependency_injector import containers, providers

from containers.kernel import Input, Opener, Scoped, freeze
from containers.kernel.opening import Overrides
from containers.kernel.recipe import Edition
from services.errors import WiringError
from tests.build import build
from tests.containers.kernel.example import Application, Context, FakeBridge, Journal, WireBridge


@pytest.fixture
def app() -> Application:
    return Application()


class ScopedFake(FakeBridge):
    def __init__(self, context: Context) -> None:
        super().__init__()
        self.context = context


async def test_an_object_overrides_a_request_object_app_wide(app: Application) -> None:
    fake = FakeBridge()
    with app.bridge.override(fake):
        async with app.open_request().open(Context()) as request:
            assert request.bridge is request.session.bridge is fake
            await request.dispatcher.call("add")
        async with app.open_dispatcher().open(Context()) as dispatcher:
            await dispatcher.call("sub")
    assert fake.sent == ["add", "sub"]


@pytest.mark.parametrize("kind", [providers.Factory, Scoped])
async def test_a_factory_or_scoped_override_is_made_entered_and_left_once_for_each_scope(
    app: Application, kind: Callable[..., providers.Provider[Any]]
) -> None:
    with app.bridge.override(kind(ScopedFake, app.context)):
        async with app.open_request().open(Context("ada")) as one, app.open_request().open(Context()) as two:
            fake = one.bridge
            assert isinstance(fake, ScopedFake)
            assert fake is one.session.bridge
            assert fake is not two.bridge
            assert fake.context is one.context
            assert (fake.entered, fake.left) == (1, 0)
    assert isinstance(fake, ScopedFake)
    assert (fake.entered, fake.left) == (1, 1)


async def test_an_override_ends_with_its_block_although_a_plan_was_drawn_up_in_it(app: Application) -> None:
    for _ in range(2):
        with app.bridge.override(FakeBridge()):
            async with app.open_request().open(Context()) as request:
                assert isinstance(request.bridge, FakeBridge)
        async with app.open_request().open(Context()) as request:
            assert isinstance(request.bridge, WireBridge)


async def test_a_shared_object_is_overridden_app_wide_also_after_scopes_were_open(app: Application) -> None:
    async with app.open_request().open(Context()) as request:
        kept = request.session.journal
    fake = build(Journal)
    with app.journal.override(fake):
        async with app.open_request().open(Context()) as request:
            assert request.session.journal is fake
    async with app.open_request().open(Context()) as request:
        assert request.session.journal is kept


async def test_a_factory_override_of_a_shared_object_gives_each_user_its_own(app: Application) -> None:
    with app.journal.override(providers.Factory(lambda: build(Journal))):
        async with app.open_request().open(Context()) as one, app.open_request().open(Context()) as two:
            assert one.session.journal is not two.session.journal


async def test_an_override_for_one_scope_stays_its_givers_to_enter_and_close(app: Application) -> None:
    fake = FakeBridge()
    async with app.open_request().open(Context(), overrides={app.bridge: fake}) as request:
        assert request.bridge is request.session.bridge is fake
    assert (fake.entered, fake.left) == (0, 0)
    assert app.journal().names()[0] == ["Session", "OneDispatcher"]


class Costly:
    def __init__(self, context: Context) -> None:
        raise AssertionError("nobody needs it")


class NeedsCostly:
    def __init__(self, costly: Costly) -> None: ...


class Chain(containers.DeclarativeContainer):
    context = Input(Context)
    costly = Scoped(Costly, context)
    needs_costly = Scoped(NeedsCostly, costly)
    root = Scoped(dict, made=needs_costly)
    open_root = Opener(root, context)


async def test_what_only_a_substituted_object_needs_is_not_made() -> None:
    container = Chain()
    async with container.open_root().open(Context(), overrides={container.needs_costly: 7}) as root:
        assert root == {"made": 7}


async def test_overlapping_scopes_never_see_each_others_overrides(app: Application) -> None:
    together, present = anyio.Event(), 0

    async def one(index: int) -> None:
        nonlocal present
        mine = FakeBridge()
        overrides: Overrides = {app.bridge: mine} if index % 2 else {}
        async with app.open_request().open(Context(), overrides=overrides) as request:
            present += 1
            if present == 100:
                together.set()
            await together.wait()
            await request.dispatcher.call(str(index))
            assert mine.sent == ([str(index)] if index % 2 else [])
            assert (request.bridge is mine) is bool(index % 2)

    async with anyio.create_task_group() as group:
        for index in range(100):
            group.start_soon(one, index)


def test_a_shared_object_is_not_overridden_for_one_scope(app: Application) -> None:
    with pytest.raises(WiringError, match=r"Journal is shared by every scope.*app-wide"):
        app.open_request().open(Context(), overrides={app.journal: object()})


def test_overrides_are_keyed_by_providers(app: Application) -> None:
    with pytest.raises(WiringError, match="no request object"):
        app.open_request().open(Context(), overrides={providers.Object(1): 2})


def test_an_override_by_another_containers_provider_is_refused_instead_of_ignored(app: Application) -> None:
    with pytest.raises(WiringError, match="not part of the graph below Request"):
        app.open_request().open(Context(), overrides={Application().bridge: FakeBridge()})


async def test_an_input_can_be_given_beside_the_first_and_is_checked(app: Application) -> None:
    other = Context("eve")
    async with app.open_bridge().open(Context(), overrides={app.context: other}):
        pass
    with pytest.raises(WiringError, match="Context is wanted as input, int was given"):
        app.open_bridge().open(Context(), overrides={app.context: 7})


async def test_a_frozen_container_takes_inputs_but_no_overrides(app: Application) -> None:
    freeze(app)
    with pytest.raises(WiringError, match="WireBridge: the container is frozen"):
        app.open_request().open(Context(), overrides={app.bridge: FakeBridge()})
    async with app.open_request().open(Context(), overrides={app.context: Context()}) as request:
        assert isinstance(request.bridge, WireBridge)


def test_a_shared_value_that_exists_already_is_given_not_overridden(app: Application) -> None:
    given = build(Journal)
    app.journal()
    app.journal.give(given)
    assert app.journal() is app.dispatcher_factory()._journal is given
    assert app.journal.last_overriding is None
    with pytest.raises(WiringError, match="Journal is wanted, str was given"):
        app.journal.give("no")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType] - the point


async def test_injected_attributes_are_set_with_and_without_other_changes(app: Application) -> None:
    app.session.add_attributes(mark="set")
    async with app.open_request().open(Context()) as request:
        assert request.session.mark == "set"  # type: ignore[attr-defined] # set by the provider


async def test_a_plan_is_drawn_up_once_while_nothing_changes(
    app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with app.open_request().open(Context()):
        before = app.request._plan
    async with app.open_request().open(Context()):
        assert app.request._plan is before
    monkeypatch.setattr(Edition, "number", Edition.number + 1)
    async with app.open_request().open(Context()):
        assert app.request._plan is not before


async def test_arguments_may_come_from_any_provider_which_is_asked_each_time(app: Application) -> None:
    counted = iter(range(10))
    app.session.add_kwargs(bridge=providers.Callable(lambda: next(counted)))
    app.request.set_args(app.context, app.session, app.dispatcher)
    app.request.set_kwargs(agents=app.agents, bridge=5)
    seen: list[object] = []
    for _ in range(2):
        async with app.open_request().open(Context()) as request:
            seen += [request.session.bridge, request.bridge]
    assert seen == [0, 5, 1, 5]


async def test_keyword_arguments_may_come_from_anywhere(app: Application) -> None:
    app.session.set_args()
    app.session.set_kwargs(context=app.context, journal=app.journal, bridge=app.bridge)
    async with app.open_request().open(Context()) as request:
        assert request.session.context is request.context
        assert request.session.bridge is request.bridge
