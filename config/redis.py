"""The section ``redis``."""

from pydantic import Field, SecretStr

from config.section import Count, Seconds, Section


class Redis(Section):
    """A Redis server, where one is used (needs the extra `redis`)."""

    url: SecretStr | None = Field(
        default=None, description="redis://, rediss:// or unix:// URL; by default no Redis is used"
    )
    prefix: str = Field(default="soledoor", min_length=1, description="first word of all keys there")
    connections: Count = Field(default=4, description="most connections of one process, wake-ups apart")
    timeout: Seconds = Field(default=2, description="seconds to wait for an answer")
