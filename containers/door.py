"""The provider of the one way into a request: ``container.open_request`` is the door itself, not only a
recipe for it.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from typing import Any, overload

from containers.kernel import Shared
from services.context import UserExecutionContext
from services.request import OpenRequest, Request


class RequestDoor(Shared[OpenRequest]):
    """Called without a context it gives the application's ``OpenRequest``, like any provider; with one it
    opens a request.
    """

    @overload  # type: ignore[override] # other providers take any arguments, this one takes a context
    def __call__(self) -> OpenRequest: ...

    @overload
    def __call__(
        self, context: UserExecutionContext, overrides: Mapping[Any, object] | None = None
    ) -> AbstractAsyncContextManager[Request]: ...

    def __call__(  # pyright: ignore[reportIncompatibleMethodOverride] - as above
        self, context: UserExecutionContext | None = None, overrides: Mapping[Any, object] | None = None
    ) -> OpenRequest | AbstractAsyncContextManager[Request]:
        """Return the door, or a scope that it opens."""
        door: OpenRequest = super().__call__()
        return door if context is None else door(context, overrides)
