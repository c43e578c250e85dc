"""The real container: it boots, holds together under cancellation, can be overridden in tests and not in
production.
"""

import random
import sys
import textwrap

import anyio
import pytest
from dependency_injector import providers

import containers
from adapters.bridge import WebSocketBridgeAdapter
from adapters.models.pydantic_ai import PydanticAIModel
from config.database import Database
from config.limits import Limits
from config.settings import Agents, Models, Settings, Tools
from containers.bootstrap import application_for_tests, bootstrap, running
from containers.kernel import freeze
from containers.lifespan import Lifespan
from containers.origin import refuse_foreign_packages
from services.context import UserExecutionContext
from services.errors import InvalidInput, PermissionDenied, TooMuch, WiringError
from services.intake import RunRequest
from services.tools import ToolDefinitionError
from services.tools.dispatcher import RequestScopedToolDispatcher
from tests.build import build


def context(user="user-ann", run="run-1", roles=frozenset({"user"})):
    return UserExecutionContext(user, "thread-1", run, roles=roles)


async def test_the_package_offers_the_public_names_also_after_the_module_was_loaded(tmp_path):
    assert containers.bootstrap is bootstrap
    async with (
        containers.bootstrap(Settings(data=tmp_path)) as application,
        application.open_request(context()) as request,
    ):
        result = await request.dispatcher.execute_tool("calculate", {"expression": "6 * 7"})
    assert result.result["result"] == "42"
    with pytest.raises(AttributeError, match="no_such"):
        containers.no_such  # type: ignore[attr-defined] # noqa: B018


async def test_in_production_nothing_can_be_overridden(tmp_path):
    with application_for_tests(Settings(data=tmp_path)) as container:
        freeze(container)
        async with running(container) as application:
            with pytest.raises(WiringError, match="frozen"):
                container.bridge.override(object())
            with pytest.raises(WiringError, match="frozen"):
                application.open_request(context(), {container.bridge: object()})


async def test_a_request_has_one_dispatcher_and_one_bridge_whoever_asks(open_request):
    async with open_request() as request:
        assistant = request.supervisor._agents.get("assistant")
        assert assistant.dispatcher is request.dispatcher is request.supervisor.dispatcher
        assert assistant.bridge is request.bridge is request.dispatcher.websocket_bridge
        assert request.supervisor._agents.get("assistant") is assistant
    with pytest.raises(RuntimeError, match=request.dispatcher.dispatcher_id):
        await request.dispatcher.execute_tool("calculate", {"expression": "1"})


async def test_a_thousand_overlapping_requests_cancelled_at_random_leave_nothing(tmp_path):
    """Every place, scope and agent is given back, however a request ends."""
    limits = Limits(live_dispatchers=10_000, concurrent_calls=10_000, calls_per_minute=10**6)
    rng, overlap, peak = random.Random(7), 0, 0
    with application_for_tests(Settings(data=tmp_path, limits=limits)) as container:
        async with running(container) as application:

            async def one(number: int) -> None:
                nonlocal overlap, peak
                with anyio.move_on_after(rng.random() * 0.05):
                    async with application.open_request(context(f"u{number % 7}x", f"r{number}x")) as request:
                        overlap += 1
                        peak = max(peak, overlap)
                        try:
                            await request.dispatcher.execute_tool("calculate", {"expression": "1+1"})
                            await anyio.sleep(rng.random() * 0.05)
                        finally:
                            overlap -= 1

            async with anyio.create_task_group() as tasks:
                for number in range(1000):
                    tasks.start_soon(one, number)
            assert peak > 50
            assert container.admission().live == 0
            assert container.memory().status().live_scopes == 0
            assert container.call_limits().active == 0
            assert not container.journal()._runs


class FakeBridge(WebSocketBridgeAdapter):
    """Remembers what it was told and sends nothing."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def _send(self, run_id, agent_name, event_type, payload, subject=None):
        self.told.append(str(event_type))
        return True

    async def settle(self) -> None:
        pass


def fake_bridge() -> FakeBridge:
    return build(FakeBridge)


async def test_an_override_for_one_scope_leaves_the_others_alone(soledoor_container, open_request):
    async def one(number: int) -> None:
        mine = fake_bridge()
        overrides = {soledoor_container.bridge: mine} if number % 2 else None
        async with open_request(f"user{number}x", overrides=overrides) as request:
            await anyio.sleep(0.001)
            await request.dispatcher.execute_tool("calculate", {"expression": "1"})
        assert len(mine.told) == (2 if number % 2 else 0)

    async with anyio.create_task_group() as tasks:
        for number in range(40):
            tasks.start_soon(one, number)


async def test_a_container_that_is_not_running_opens_requests_too(tmp_path):
    fake = fake_bridge()
    with application_for_tests(Settings(data=tmp_path)) as container:
        async with container.open_request(context(), overrides={container.bridge: fake}) as request:
            assert (await request.dispatcher.execute_tool("calculate", {"expression": "6*7"})).success
        assert container.open_request() is container.open_request()
    assert fake.told == ["tool_executing", "tool_completed"]


async def test_an_override_of_a_shared_object_for_one_scope_is_refused(soledoor_container, open_request):
    with pytest.raises(WiringError, match="shared by every scope"):
        open_request(overrides={soledoor_container.clock: object()})


async def test_a_fake_clock_reaches_every_tool(soledoor_clock, open_request):
    soledoor_clock.advance(3600)
    async with open_request() as request:
        result = await request.dispatcher.execute_tool("current_time", {"zone": "UTC"})
    assert result.result["time"].startswith("2026-11-21T13:00")


async def test_the_factory_makes_dispatchers_outside_of_runs(soledoor_app):
    factory = soledoor_app.dispatcher_factory
    async with factory.create_scoped(context()) as held:
        assert (await held.execute_tool("calculate", {"expression": "2*3"})).result["result"] == "6"
    loose = await factory.create_for_request(context(), tools=[len_of], websocket_bridge=object())
    assert loose.get_available_tools() == ["len_of"]
    assert isinstance(loose, RequestScopedToolDispatcher)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(loose.cleanup)
    figures = factory.get_factory_metrics()
    assert (figures["dispatchers_created"], figures["active_instances"]) == (2, 0)
    assert factory.validate_factory_health()["status"] == "healthy"
    assert factory.get_global_metrics()["total_tools_executed"] == 1


async def test_a_scoped_dispatcher_may_be_given_tools_of_its_own(soledoor_app):
    async with soledoor_app.dispatcher_factory.create_scoped(context(), tools=[len_of]) as held:
        assert held.get_available_tools() == ["len_of"]
        assert (await held.execute_tool("len_of", {"text": "four"})).result == 4


def test_a_factory_whose_engine_does_not_run_says_that_it_is_unhealthy(soledoor_container):
    health = soledoor_container.dispatcher_factory().validate_factory_health()
    assert (health["status"], health["errors"]) == ("unhealthy", ["the execution engine is not running"])


async def len_of(text: str) -> int:
    """Count characters."""
    return len(text)


async def test_the_factory_wants_a_context_and_the_right_one(soledoor_app):
    factory = soledoor_app.dispatcher_factory
    with pytest.raises(ValueError, match="UserExecutionContext"):
        await factory.create_for_request(None)
    with pytest.raises(PermissionDenied):
        await factory.create_admin(context())
    admin = await factory.create_admin(context(roles=frozenset({"admin"})))
    assert (await admin.execute_tool("system_status")).success
    with pytest.raises(ToolDefinitionError):
        await factory.create_for_request(context(), tools=[42])
    with pytest.raises(WiringError, match="made on the side"):
        factory.build(context(), None, None, None)
    assert factory.get_factory_metrics()["failed_creations"] == 2
    assert factory.validate_factory_health()["status"] == "degraded"
    assert await factory.cleanup_user_dispatchers("user-ann") == 1


async def test_live_dispatchers_are_bounded_and_a_held_one_is_never_closed(tmp_path):
    limits = Limits(live_dispatchers=3, dispatcher_wait=0.05)
    with application_for_tests(Settings(data=tmp_path, limits=limits)) as container:
        async with running(container) as application:
            factory = application.dispatcher_factory
            async with application.open_request(context()) as request:
                loose = [await factory.create_for_request(context(run=f"run-{n}")) for n in range(4)]
                alive = [d for d in loose if not d._closed]
                assert len(alive) == 2
                assert alive == loose[2:]
                async with (
                    factory.create_scoped(context(run="a-1")),
                    factory.create_scoped(context(run="a-2")),
                ):
                    with pytest.raises(TooMuch):
                        _ = await factory.create_for_request(context(run="a-3"))
                assert (await request.dispatcher.execute_tool("calculate", {"expression": "1"})).success


async def test_many_overlapping_requests_of_many_users_lose_nothing(tmp_path):
    """50 users × 20 overlapping requests: none refused, none crossed, limits kept."""
    done, limits = [], Limits(calls_per_minute=10_000)
    with application_for_tests(Settings(data=tmp_path, limits=limits)) as container:
        async with running(container) as application:

            async def one(user: int, number: int) -> None:
                who = context(f"user{user}x", f"run{user}x{number}")
                async with application.dispatcher_factory.create_scoped(who) as dispatcher:
                    assert container.admission().live_of(who.user_id) <= 10
                    await anyio.sleep(0.001)
                    result = await dispatcher.execute_tool(
                        "calculate", {"expression": f"{user}*1000+{number}"}
                    )
                    done.append((result.user_id, result.result["result"]))

            async with anyio.create_task_group() as tasks:
                for user in range(50):
                    for number in range(20):
                        tasks.start_soon(one, user, number)
    assert sorted(done) == sorted((f"user{u}x", str(u * 1000 + n)) for u in range(50) for n in range(20))


async def test_application_objects_are_left_in_reverse_order_also_when_the_body_fails(tmp_path):
    order: list[str] = []
    with application_for_tests(Settings(data=tmp_path)) as container:
        lifespan = Lifespan(container, 5)
        await lifespan.__aenter__()
        entered = [type(o).__name__ for o in lifespan._entered]
        for managed in lifespan._entered:
            _watch(managed, order)
        failure = ZeroDivisionError()
        assert not await lifespan.__aexit__(type(failure), failure, None)
    assert entered.index("SqliteDatabase") < entered.index("SqlCallStore") < entered.index("RunService")
    assert order == entered[::-1]


def _watch(managed, order):
    cls = type(managed)
    original = cls.__aexit__

    async def leave(self, *exc):
        order.append(cls.__name__)
        cls.__aexit__ = original
        return await original(self, *exc)

    cls.__aexit__ = leave


async def test_agents_of_an_operators_own_are_wired_like_any_other(tmp_path, monkeypatch):
    module(
        monkeypatch,
        tmp_path,
        "my_agents",
        """
        from services.agents import ToolAgent

        class Poet(ToolAgent):
            name, description, instructions, tools = "poet", "poems", "rhyme", ("notes_*",)
        """,
    )
    settings = Settings(data=tmp_path / "d", agents=Agents(modules=("my_agents",)))
    async with bootstrap(settings) as application:
        assert list(application.agents.names()) == ["assistant", "analyst", "poet"]
        async with application.open_request(context()) as request:
            poet = request.supervisor._agents.get("poet")
            assert poet.dispatcher is request.dispatcher
        assert "poet" in application.graph()


@pytest.mark.parametrize(("text", "words"), [("1/0", "ZeroDivisionError"), ("x = 1", "no class")])
def test_a_broken_agent_module_names_the_setting(tmp_path, monkeypatch, text, words):
    module(monkeypatch, tmp_path, "broken_agents", text)
    settings = Settings(data=tmp_path / "d", agents=Agents(modules=("broken_agents",)))
    with pytest.raises(InvalidInput) as refusal, application_for_tests(settings):
        pass
    assert refusal.value.errors[0].field == "agents.modules"
    assert words in refusal.value.errors[0].message


async def test_a_broken_tool_module_stops_the_start_and_leaves_nothing_open(tmp_path):
    settings = Settings(data=tmp_path, tools=Tools(modules=("no_such_module_anywhere",)))
    with pytest.raises(ToolDefinitionError, match="no_such_module_anywhere"):
        await bootstrap(settings).__aenter__()


async def _once(content):
    yield content


@pytest.mark.needs("postgres")
async def test_a_setting_chooses_postgresql_and_a_run_goes_its_way_there(tmp_path, postgres_url):
    settings = Settings(data=tmp_path, database=Database(url=postgres_url))
    with application_for_tests(settings) as container:
        async with running(container) as application:
            assert type(container.database()).__name__ == "PostgresDatabase"
            assert type(container.files()).__name__ == "DatabaseFileStore"
            ada = await application.accounts.create("ada", "correct horse battery")
            file = await application.files.put(ada.id, "a.csv", "text/csv", _once(b"n\n40\n2\n"), 100)
            request = RunRequest("m1", "What is 6 * 7?", files=(file.file_id,))
            accepted = await application.runs.start(ada, request)
            with anyio.fail_after(30):
                while not (run := await application.run_store.run(ada.id, accepted.run_id)).status.final:
                    await anyio.sleep(0.01)
            assert "42" in (run.answer or "")
    assert list(tmp_path.iterdir()) == []


def test_a_database_url_that_cannot_be_used_names_itself(tmp_path):
    for url in ("nonsense", "postgresql://ada:secret@host", "mysql://host/name"):
        settings = Settings(data=tmp_path, database=Database(url=url))
        with (
            pytest.raises(InvalidInput, match=r"database\.url") as refused,
            application_for_tests(settings) as container,
        ):
            container.database()
        assert "secret" not in str(refused.value)


def test_a_setting_chooses_the_model_and_a_wrong_one_names_itself(tmp_path):
    chosen = Settings(data=tmp_path, models=Models(name="openai:gpt-x", base_url="http://127.0.0.1:9/v1"))
    with application_for_tests(chosen) as container:
        assert isinstance(container.model(), PydanticAIModel)
    with (
        pytest.raises(InvalidInput, match=r"models\.name"),
        application_for_tests(Settings(data=tmp_path, models=Models(name="nonsense"))),
    ):
        pass


def test_a_package_that_shadows_ours_is_named(tmp_path, monkeypatch):
    refuse_foreign_packages()
    stranger = tmp_path / "services"
    stranger.mkdir()
    (stranger / "__init__.py").write_text("")
    monkeypatch.setattr("containers.origin._place", lambda layer: stranger if layer == "services" else None)
    with pytest.raises(InvalidInput, match="services: comes from"):
        refuse_foreign_packages()


@pytest.mark.parametrize("format_", ["text", "mermaid", "svg"])
async def test_the_graph_can_be_drawn_in_every_format(soledoor_app, format_):
    drawing = soledoor_app.graph(format_)
    for name in ("RequestScopedToolDispatcher", "WebSocketBridgeAdapter", "StoredEventLog"):
        assert name in drawing


async def test_overrides_left_behind_stop_the_boot(tmp_path):
    with application_for_tests(Settings(data=tmp_path)) as container:
        from containers.kernel import verify
        from containers.roles import ROLES

        with (
            container.clock.override(providers.Object(object())),
            pytest.raises(WiringError, match="overridden"),
        ):
            verify(container, ROLES)


def module(monkeypatch, directory, name, text):
    (directory / f"{name}.py").write_text(textwrap.dedent(text))
    monkeypatch.syspath_prepend(str(directory))
    monkeypatch.delitem(sys.modules, name, raising=False)
