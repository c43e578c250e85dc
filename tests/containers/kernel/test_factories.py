"""Objects that come out of a factory, doors that hand out the root alone, and objects made on demand."""

import threading
from collections.abc import Callable

import anyio
import pytest
from dependency_injector import containers

from containers.kernel import Input, Later, Maker, Opener, Scoped, Shared, maker
from services.errors import WiringError
from services.sealed import Sealed
from tests.containers.kernel.example import (
    Application,
    Context,
    FakeBridge,
    Journal,
    OneDispatcher,
    Recorded,
    Session,
    WireBridge,
)


@pytest.fixture
def app() -> Application:
    return Application()


async def test_a_factory_builds_what_the_container_asks_for(app: Application) -> None:
    async with app.open_dispatcher().open(Context()) as dispatcher:
        assert type(dispatcher) is OneDispatcher
        assert app.dispatcher_factory().made == 1


async def test_a_factory_cannot_build_outside_of_the_building_step(app: Application) -> None:
    factory = app.dispatcher_factory()
    with pytest.raises(WiringError, match=r"user isolation.*ask DispatcherFactory\.create"):
        factory.build(Context(), FakeBridge())
    async with app.open_request().open(Context()):
        with pytest.raises(WiringError, match="not made on the side"):
            factory.build(Context(), FakeBridge())


class Greedy(metaclass=Sealed):
    def __init__(self, make: Callable[[], "Product"]) -> None:
        self._make = make

    def build(self) -> "Product":
        self._make()
        return self._make()


class Product(metaclass=Sealed): ...


class Meddler(metaclass=Sealed):
    def __init__(self, factory: Greedy) -> None:
        factory.build()


class GreedyApplication(containers.DeclarativeContainer):
    factory = Shared(Greedy, maker(Product))
    context = Input(Context)
    product = Scoped(Product, via=factory)
    meddler = Scoped(Meddler, factory)
    open_product = Opener(product, context)
    open_meddler = Opener(meddler, context)


def test_a_maker_makes_one_object_for_each_that_the_container_asks_for() -> None:
    with pytest.raises(WiringError, match="Product is not made on the side"):
        GreedyApplication().open_product().build(Context())


def test_a_maker_refuses_another_object_that_is_being_built() -> None:
    with pytest.raises(WiringError, match="Product is not made on the side"):
        GreedyApplication().open_meddler().build(Context())


def test_a_maker_belongs_to_its_container() -> None:
    given = maker(Product)
    assert isinstance(given, Maker)
    assert given.product is Product


class Plain(metaclass=Sealed):
    def __init__(self, dispatcher: OneDispatcher) -> None:
        self.dispatcher = dispatcher


class Handed(containers.DeclarativeContainer):
    journal = Shared(Journal)
    context = Input(Context)
    recorded = Scoped(Recorded, context, journal)
    plain = Scoped(Plain, recorded)
    open_recorded = Opener(recorded, context)
    open_plain = Opener(plain, context)


async def test_the_root_alone_is_handed_out_unopened_and_may_be_closed_by_another_task() -> None:
    container = Handed()
    recorded = container.open_recorded().build(Context())
    assert container.journal().entered == []
    async with anyio.create_task_group() as group:
        await recorded.__aenter__()
        group.start_soon(recorded.__aexit__, None, None, None)
    assert container.journal().left == [recorded]


def test_a_root_that_needs_managed_objects_is_not_handed_out_alone() -> None:
    with pytest.raises(
        WiringError, match="Plain is handed out without a scope, but Recorded must be entered"
    ):
        Handed().open_plain().build(Context())


async def test_objects_made_on_demand_share_the_scope_and_are_made_once(app: Application) -> None:
    async with app.open_request().open(Context()) as request:
        assistant, analyst = request.agents.later["assistant"](), request.agents.later["analyst"]()
        assert assistant.dispatcher is analyst.dispatcher is request.dispatcher
        assert request.agents.later["analyst"]() is analyst


async def test_nothing_is_made_on_demand_once_the_scope_closes(app: Application) -> None:
    caught: list[WiringError] = []
    async with app.open_request().open(Context()) as request:

        async def too_late() -> None:
            with pytest.raises(WiringError, match="scope is closed") as error:
                request.agents.later["analyst"]()
            caught.append(error.value)

        request.session.on_exit = too_late
    with pytest.raises(WiringError, match="scope is closed"):
        request.agents.later["assistant"]()
    assert len(caught) == 1


async def test_objects_are_made_on_demand_on_the_thread_of_their_scope_only(app: Application) -> None:
    async with app.open_request().open(Context()) as request:
        with pytest.raises(WiringError, match="on the thread of their scope"):
            await anyio.to_thread.run_sync(request.agents.later["analyst"])


class Hands(metaclass=Sealed):
    def __init__(self, later: dict[str, Callable[[], Recorded]]) -> None:
        self.later = later


class Hasty(Hands):
    def __init__(self, later: dict[str, Callable[[], Recorded]]) -> None:
        super().__init__(later)
        self.recorded = later["recorded"]()


class OnDemand(containers.DeclarativeContainer):
    journal = Shared(Journal)
    context = Input(Context)
    bridge = Scoped(WireBridge, context, journal)
    recorded = Scoped(Session, context, journal, bridge)
    hands = Scoped(Hands, Later(recorded=recorded))
    hasty = Scoped(Hasty, Later(recorded=recorded))
    open_hands = Opener(hands, context)
    open_hasty = Opener(hasty, context)


async def test_what_must_be_entered_is_not_made_on_demand_not_even_at_the_second_try() -> None:
    container = OnDemand()
    async with container.open_hands().open(Context()) as hands:
        for _ in range(2):
            with pytest.raises(
                WiringError, match="Session is made on demand, but needs WireBridge, Session entered"
            ):
                hands.later["recorded"]()
    assert container.journal().names() == ([], [])


async def test_a_constructor_may_have_objects_made_which_then_belong_to_the_opening() -> None:
    container = OnDemand()
    async with container.open_hasty().open(Context()) as hasty:
        assert container.journal().entered == [hasty.recorded.bridge, hasty.recorded]  # type: ignore[attr-defined] # the example's


def test_shared_objects_are_built_once_whoever_asks(app: Application) -> None:
    made: list[object] = []
    threads = [threading.Thread(target=lambda: made.append(app.journal())) for _ in range(4)]
    made.append(app.journal())  # built at boot, before there are threads
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(journal) for journal in made}) == 1
