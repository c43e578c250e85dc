"""What is kept in Redis when a setting names one: events, who is alive, and what all processes count."""

from adapters.redis.unusable import refuse_without_client, unusable
from config.settings import Settings
from containers import values
from containers.application import ApplicationContainer
from containers.kernel import Shared


def choose_redis(container: ApplicationContainer, settings: Settings) -> None:
    """Set the container's event store, leases and limits before it is verified.

    Raises ``InvalidInput`` naming ``redis.url``. With that set, ``events.log`` "auto" means Redis.
    """
    redis = settings.redis
    if redis.url is None:
        if settings.events.log == "redis":
            raise unusable("is not set, but events.log is 'redis': set it, or leave events.log out")
        return
    refuse_without_client()
    from adapters.redis.address import RedisAddress  # noqa: PLC0415 - the client is an extra
    from adapters.redis.events import RedisEventStore  # noqa: PLC0415
    from adapters.redis.leases import RedisLeases  # noqa: PLC0415
    from adapters.redis.limits import RedisLimits  # noqa: PLC0415
    from adapters.redis.link import RedisLink  # noqa: PLC0415

    address = RedisAddress(redis.url.get_secret_value(), redis.timeout)
    link = Shared(RedisLink, address, redis.connections)
    container.leases.set_provides(RedisLeases)
    container.leases.set_args(link, redis.prefix)
    container.shared_limits.set_provides(RedisLimits)
    container.shared_limits.set_args(link, redis.prefix)
    if settings.events.log in {"auto", "redis"}:
        container.event_store.set_provides(RedisEventStore)
        container.event_store.set_args(link, Shared(values.kept_bounds, container.settings), redis.prefix)
