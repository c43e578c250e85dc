"""The refusal to start with a Redis; needs no Redis client, so that a missing one can be refused too."""

from importlib.util import find_spec

from services.errors import FieldError, InvalidInput


def unusable(problem: str) -> InvalidInput:
    """Return the refusal."""
    return InvalidInput("Redis cannot be used.", errors=[FieldError("redis.url", problem)])


def refuse_without_client() -> None:
    """Raises ``InvalidInput`` where the extra is not installed."""
    if find_spec("redis") is None:
        raise unusable("needs the extra `redis`: install soledoor[redis], or leave the setting out")
