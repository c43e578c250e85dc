"""Settings: everything an operator may change, read once, frozen, each section a class of its own.

Sources, strongest first: arguments, environment (``SOLEDOOR_LIMITS__MESSAGES_PER_MINUTE=9``), the TOML file
named by ``SOLEDOOR_CONFIG``, defaults. ``config.reading`` reports a wrong value with its name and the cure.
"""

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic.fields import FieldInfo
from pydantic_settings import (
    BaseSettings,
    EnvSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from config.database import Database
from config.limits import Limits
from config.redis import Redis
from config.section import Count, Days, Seconds, Section

MINIMUM_SECRET = 32
WEAK_SECRETS = frozenset({"secret", "changeme", "change-me", "password", "soledoor", "default", "test"})


class Server(Section):
    """Where the server listens and how it stops."""

    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8000, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    allowed_hosts: tuple[str, ...] = Field(
        default=(), description="further Host names to answer to, beside the server's own"
    )
    allowed_origins: tuple[str, ...] = Field(
        default=(), description="further browser origins (scheme://host:port) that may use the session cookie"
    )
    trusted_proxies: tuple[str, ...] = Field(
        default=(), description="addresses whose forwarding headers are believed"
    )
    secure_cookie: bool | None = Field(
        default=None,
        description="mark the cookie Secure; by default only where the server is not on loopback",
    )
    drain_seconds: Seconds = Field(
        default=10, description="how long running work may take to end after a stop signal"
    )
    body_bytes: Count = Field(default=1_048_576, description="largest request body, file uploads apart")
    sockets_total: Count = Field(
        default=5000, description="most sockets and streams at once, all users together"
    )


class Auth(Section):
    """Passwords, sessions and the throttle on guessing."""

    secret: SecretStr | None = Field(
        default=None, description="key for derived tokens; made and kept in the data directory when missing"
    )
    session_idle_hours: Annotated[float, Field(gt=0)] = Field(
        default=12, description="a session ends after this long unused"
    )
    session_days: Days = Field(default=7, description="a session ends after this long in any case")
    minimum_password: int = Field(default=8, ge=8, le=128, description="shortest password accepted")
    login_attempts: Count = Field(
        default=10, description="failed logins per account and per address in the window"
    )
    login_window: Seconds = Field(default=300, description="seconds the throttle looks back")
    hash_memory_kib: int = Field(
        default=19_456, ge=19_456, description="argon2id memory in KiB; at least 19456 (19 MiB)"
    )
    hash_iterations: int = Field(default=2, ge=2, description="argon2id passes; at least 2")

    @field_validator("secret")
    @classmethod
    def _strong(cls, secret: SecretStr | None) -> SecretStr | None:
        if secret is None:
            return None
        text = secret.get_secret_value()
        if len(text) < MINIMUM_SECRET or text.lower() in WEAK_SECRETS or len(set(text)) < 8:
            raise ValueError(
                f"is weak: use at least {MINIMUM_SECRET} random characters, "
                "or leave it out and one is made for you"
            )
        return secret


class Events(Section):
    """How events are kept for sockets."""

    log: Literal["auto", "sql", "redis", "memory"] = Field(
        default="auto", description="where; auto: redis when `redis.url` is set, else the database (sql)"
    )
    position_check: Seconds = Field(default=1, description="how often memory is compared with the store")


class Tools(Section):
    """Which tools there are."""

    modules: tuple[str, ...] = Field(
        default=(), description="Python modules whose public functions become tools"
    )
    builtin: bool = Field(default=True, description="offer the built-in tools")
    open_unlisted: bool = Field(
        default=True, description="a tool named in no policy may be called by every user"
    )


class Agents(Section):
    """Which agents there are beside assistant and analyst."""

    modules: tuple[str, ...] = Field(default=(), description="Python modules whose agent classes are added")


class Models(Section):
    """Which chat model answers."""

    name: str = Field(
        default="scripted", description="'scripted' (offline) or 'provider:model', such as 'openai:gpt-5'"
    )
    base_url: str | None = Field(default=None, description="address of an OpenAI-compatible server")
    api_key: SecretStr | None = Field(
        default=None, description="the provider's key; its usual environment variable also works"
    )
    timeout: Seconds = Field(default=60, description="seconds to wait for the provider")


class Logs(Section):
    """What is written to standard error."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="least level written"
    )
    format: Literal["auto", "json", "console"] = Field(
        default="auto", description="auto: JSON unless on a terminal"
    )


class Legacy(Section):
    """How facades for old callers behave."""

    mode: Literal["allow", "warn", "forbid"] = Field(
        default="warn", description="what an old call does beside its work"
    )
    forbid_percent: int = Field(
        default=0, ge=0, le=100, description="share of users for whom old calls are forbidden"
    )


class _Environment(EnvSettingsSource):
    """The environment, where a list may also be written with commas: ``SOLEDOOR_TOOLS__MODULES=one,two``."""

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        text = str(value).strip()
        if text.startswith(("[", "{")):
            return super().decode_complex_value(field_name, field, value)
        return [part.strip() for part in text.split(",") if part.strip()]


class Settings(BaseSettings):
    """All settings of one process. ``Settings(data=PATH)`` is enough; everything else has a default."""

    model_config = SettingsConfigDict(
        env_prefix="SOLEDOOR_", env_nested_delimiter="__", frozen=True, extra="forbid", validate_default=True
    )

    data: Path = Field(default=Path("data"), description="directory for everything Soledoor keeps")
    server: Server = Server()
    auth: Auth = Auth()
    database: Database = Database()
    events: Events = Events()
    redis: Redis = Redis()
    limits: Limits = Limits()
    tools: Tools = Tools()
    agents: Agents = Agents()
    models: Models = Models()
    logs: Logs = Logs()
    legacy: Legacy = Legacy()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, then environment, then the file."""
        named = settings_cls.model_config.get("toml_file") or os.environ.get("SOLEDOOR_CONFIG")
        file = (TomlConfigSettingsSource(settings_cls, named),) if named else ()
        return (init_settings, _Environment(settings_cls), *file)
