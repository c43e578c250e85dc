"""Two replicas in one process: applications over one PostgreSQL database, each with a uvicorn of its own."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from config.settings import Settings
from containers.application import ApplicationContainer
from tests.scenarios.client import Client
from tests.scenarios.conftest import World, served

Prepare = Callable[[ApplicationContainer], None]


@dataclass
class Replicas:
    """The two; ``settings`` are those of both."""

    a: World
    b: World
    settings: Settings

    @property
    def urls(self) -> list[str]:
        return [self.a.url, self.b.url]

    async def user(self) -> tuple[Client, Client]:
        """Make an account, log it in at A, and return a client of each."""
        at_a = await self.a.user()
        return at_a, Client(self.b.url, at_a.name, at_a.token, at_a.user_id)


@asynccontextmanager
async def replicas(
    data: Path,
    url: str,
    prepare: Prepare = lambda container: None,
    origins: Sequence[str] = (),
    **sections: Any,
) -> AsyncGenerator[Replicas, None]:
    """Serve both for the block; ``origins`` are those of a proxy in front of them."""
    server = {"port": 0, "allowed_hosts": ["127.0.0.1"], "allowed_origins": [*origins]}
    settings = Settings.model_validate(
        {"data": data, "database": {"url": url, "pool": 4}, "server": server, **sections}
    )
    async with AsyncExitStack() as stack:
        first, second = [await stack.enter_async_context(served(settings, prepare)) for _ in range(2)]
        yield Replicas(first, second, settings)
