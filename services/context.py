"""UserExecutionContext: who is asking, in which thread and run. One frozen value per request.

Every context is checked when it is made, owns private copies of the data given to it and is known, weakly, to
``verify_isolation``. The rules are in ``services.context_rules``.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from functools import partial
from os import urandom
from typing import Any, ClassVar, NoReturn

from services import context_rules as rules
from services.closing import Callback, close_session, run_callbacks
from services.context_views import ContextViews
from services.errors import ContextIsolationError, InvalidContextError
from services.isolation import Live, is_atom, mutable_values
from services.read_only import EMPTY

DEEPEST_OPERATION = 10
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def _new_id() -> str:
    # The text of a UUID4 at a third of the price of making the object first.
    digits = urandom(16).hex()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{_VARIANT[digits[16]]}{digits[17:20]}-{digits[20:]}"


def _nothing() -> Mapping[str, Any]:
    return EMPTY


@dataclass(frozen=True, eq=False, repr=False)
class UserExecutionContext(ContextViews):
    """A frozen value, equal only to itself.

    ``agent_context`` and ``audit_metadata`` are deep-copied on the way in and read-only on the way out, with
    all dicts, lists and sets in them. Raises ``InvalidContextError`` naming the first wrong field.
    """

    user_id: str
    thread_id: str
    run_id: str
    request_id: str = field(default_factory=_new_id)
    websocket_client_id: str | None = None
    created_at: datetime = field(default_factory=partial(datetime.now, UTC))
    agent_context: Mapping[str, Any] = field(default_factory=_nothing)
    audit_metadata: Mapping[str, Any] = field(default_factory=_nothing)
    roles: frozenset[str] = rules.NO_ROLES
    operation_depth: int = 0
    parent_request_id: str | None = None
    db_session: Any = None
    # Set on an object only when it needs them: most requests never do.
    _callbacks: ClassVar[list[Callback] | None] = None
    _family: ClassVar[object | None] = None
    _borrows_session: ClassVar[bool] = False

    def __post_init__(self) -> None:
        rules.check(self)
        rules.take_copies(self)
        _LIVE.add(self)

    @classmethod
    def from_request(cls, user_id: str, thread_id: str, run_id: str, **others: Any) -> "UserExecutionContext":
        """Return a context from the same fields by keyword; a None among ``others`` means "not given"."""
        given = {name: value for name, value in others.items() if value is not None}
        return cls(user_id=user_id, thread_id=thread_id, run_id=run_id, **given)

    def create_child_context(
        self,
        operation_name: str,
        additional_agent_context: Mapping[str, Any] | None = None,
        additional_audit_metadata: Mapping[str, Any] | None = None,
    ) -> "UserExecutionContext":
        """Return the context of an operation inside this one: new request id, one deeper, parent recorded.

        Its name is ``audit_metadata["operation_name"]``; roles stay, the session is borrowed. Raises
        ``InvalidContextError`` for a blank name and on a context that is 10 deep already.
        """
        rules.check_text("operation_name", operation_name)
        if self.operation_depth >= DEEPEST_OPERATION:
            raise InvalidContextError(
                "operation_depth", f"is {self.operation_depth}: no operation nests deeper"
            )
        more = rules.checked_mapping("additional_agent_context", additional_agent_context, optional=True)
        audit = rules.checked_mapping("additional_audit_metadata", additional_audit_metadata, optional=True)
        child = UserExecutionContext(
            self.user_id,
            self.thread_id,
            self.run_id,
            websocket_client_id=self.websocket_client_id,
            agent_context={**self.agent_context, **more},
            audit_metadata={**self.audit_metadata, **audit, "operation_name": operation_name},
            roles=self.roles,
            operation_depth=self.operation_depth + 1,
            parent_request_id=self.request_id,
            db_session=self.db_session,
        )
        _set(child, "_family", self._shared("_family", object))
        _set(child, "_borrows_session", True)
        return child

    def with_websocket_connection(self, websocket_client_id: str) -> "UserExecutionContext":
        """Return the same request on this connection; raises ``InvalidContextError`` for a blank one."""
        rules.check_text("websocket_client_id", websocket_client_id)
        return self._again(websocket_client_id=websocket_client_id)

    def with_roles(self, roles: frozenset[str]) -> "UserExecutionContext":
        """Return the same request with these roles; for whoever decides what a user may do."""
        return self._again(roles=roles)

    def with_db_session(self, db_session: Any) -> "UserExecutionContext":
        """Return the same request with this session, which ``managed_user_context`` then closes."""
        again = self._again(db_session=db_session)
        _set(again, "_borrows_session", False)
        return again

    def _again(self, **changes: Any) -> "UserExecutionContext":
        same = {name: getattr(self, name) for name in _FIELDS}
        again = UserExecutionContext(**(same | changes))
        _set(again, "_callbacks", self._shared("_callbacks", list))
        _set(again, "_family", self._shared("_family", object))
        _set(again, "_borrows_session", self._borrows_session)
        return again

    def _shared(self, name: str, make: type) -> Any:
        """Return what contexts derived from one another have in common, made when first needed."""
        if getattr(self, name) is None:
            _set(self, name, make())
        return getattr(self, name)

    def verify_isolation(self) -> bool:
        """Return True, or raise ``ContextIsolationError`` for a mutable value of another live context.

        Walks the data of every live context: for tests and diagnosis, not for every request. Contexts derived
        from one another may have the session in common.
        """
        mine, session = _data(self), self.db_session
        for other in _LIVE:
            if other is self:
                continue
            if session is other.db_session and not (is_atom(session) or self._is_family(other)):
                raise ContextIsolationError("db_session", other.get_correlation_id())
            if shared := mine.keys() & _data(other).keys():
                raise ContextIsolationError(mine[shared.pop()], other.get_correlation_id())
        return True

    def _is_family(self, other: "UserExecutionContext") -> bool:
        return self._family is not None and self._family is other._family

    def add_cleanup_callback(self, callback: Callback) -> None:
        """Have ``cleanup`` call this, sync or async, before those that were added earlier."""
        if not callable(callback):
            raise InvalidContextError("callback", f"must be callable, not {type(callback).__name__}")
        self._shared("_callbacks", list).append(callback)

    async def cleanup(self) -> None:
        """Run each callback once, the last added first, shielded from cancellation and for 5 s each at most.

        A failing one is logged and the rest still run. May be called any number of times.
        """
        if self._callbacks:
            await run_callbacks(self._callbacks, correlation_id=self.get_correlation_id())

    def __reduce_ex__(self, _protocol: object) -> NoReturn:
        raise TypeError("a context is not copied or pickled: use create_child_context or a with_ method")


_set = object.__setattr__
_FIELDS = tuple(declared.name for declared in fields(UserExecutionContext))
_LIVE: Live[UserExecutionContext] = Live()


def _data(context: UserExecutionContext) -> dict[int, str]:
    roots = [("agent_context", context.agent_context), ("audit_metadata", context.audit_metadata)]
    return mutable_values(roots)


def validate_user_context(context: Any) -> UserExecutionContext:
    """Return the context, its fields checked again; raises ``InvalidContextError`` for anything else."""
    if not isinstance(context, UserExecutionContext):
        raise InvalidContextError("context", f"must be a UserExecutionContext, not {type(context).__name__}")
    rules.check(context)
    return context


@asynccontextmanager
async def managed_user_context(context: UserExecutionContext) -> AsyncIterator[UserExecutionContext]:
    """Yield the context; at the end, however it comes, run its ``cleanup`` and close its session.

    Both are shielded from cancellation and take bounded time; trouble in them is logged and never hides the
    body's exception. A session that a child borrowed stays open: whoever was given it closes it.
    """
    validate_user_context(context)
    try:
        yield context
    finally:
        await context.cleanup()
        if not context._borrows_session:
            await close_session(context.db_session, correlation_id=context.get_correlation_id())
