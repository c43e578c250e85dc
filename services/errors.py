"""The error tree: what can go wrong, and what each error tells the one who must mend it.

    SoledoorError
    ├── WiringError (RuntimeError)            the object graph, or a use of it, is wrong
    │   └── LegacyForbidden                   an old name, where old names are forbidden or had no user
    ├── DispatcherClosed (RuntimeError)       a call after cleanup
    ├── GrammarError (RuntimeError)           a producer broke the order of a run's events
    ├── Superseded (RuntimeError)             another process has taken this run over
    ├── InvalidContextError (ValueError)      a context field is missing, blank or a placeholder
    ├── ContextIsolationError                 two live contexts share a mutable value
    └── Refused                               a request that is answered "no", with a code for machines
        ├── AuthenticationError (PermissionError)   who are you?
        ├── PermissionDenied (PermissionError)      you may not
        ├── NotFound (LookupError)                  unknown, or somebody else's: alike
        ├── InvalidInput (ValueError)               which field is wrong, and the cure
        ├── Conflict                                it exists already, or it means something else
        ├── TooMuch                                 a limit was reached; carries retry_after_s
        └── Unavailable                             not now: draining, overloaded, or the store is away

Errors hold data; their text is made in ``__str__``. No text holds a secret or another user's value.
"""

from collections.abc import Iterable
from dataclasses import dataclass


class SoledoorError(Exception):
    """The root of every error Soledoor raises on purpose."""


class WiringError(SoledoorError, RuntimeError):
    """The object graph, or a use of it, is wrong. A RuntimeError because old callers expect one."""


class LegacyForbidden(WiringError):
    """An old name cannot be used: the switches forbid it, or it never had a user to work for."""

    code = "legacy_forbidden"

    def __init__(self, old_name: str, reason: str, instead: str, place: str) -> None:
        self.old_name, self.reason, self.instead, self.place = old_name, reason, instead, place
        super().__init__(old_name, reason, instead, place)

    def __str__(self) -> str:
        return f"{self.old_name} (used at {self.place}) {self.reason}: use {self.instead}"


class DispatcherClosed(SoledoorError, RuntimeError):
    """A dispatcher was used after its cleanup."""

    def __init__(self, dispatcher_id: str) -> None:
        self.dispatcher_id = dispatcher_id
        super().__init__(dispatcher_id)

    def __str__(self) -> str:
        return f"dispatcher {self.dispatcher_id} is closed: open a new one from the factory"


class GrammarError(SoledoorError, RuntimeError):
    """A producer tried to send an event that the grammar of its run does not allow."""

    def __init__(self, run_id: str, event_type: str, reason: str) -> None:
        self.run_id, self.event_type, self.reason = run_id, event_type, reason
        super().__init__(run_id, event_type, reason)

    def __str__(self) -> str:
        return f"run {self.run_id}: {self.event_type} refused: {self.reason}"


class Superseded(SoledoorError, RuntimeError):
    """Another process has taken this run over after our lease had ended: what we say of it counts no more."""

    def __init__(self, run_id: str) -> None:
        self.run_id = run_id
        super().__init__(run_id)

    def __str__(self) -> str:
        return f"run {self.run_id} was taken over by another process, which ends it"


class InvalidContextError(SoledoorError, ValueError):
    """A context cannot be made; the text names the field and never shows another field's value."""

    def __init__(self, field: str, problem: str) -> None:
        self.field, self.problem = field, problem
        super().__init__(field, problem)

    def __str__(self) -> str:
        return f"{self.field} {self.problem}"


class ContextIsolationError(SoledoorError):
    """A mutable value reachable from this context is reachable from another live context too."""

    def __init__(self, path: str, correlation_id: str) -> None:
        self.path, self.correlation_id = path, correlation_id
        super().__init__(path, correlation_id)

    def __str__(self) -> str:
        return (
            f"{self.path} is shared with live context {self.correlation_id}: give each context its own copy"
        )


@dataclass(frozen=True, slots=True)
class FieldError:
    """One wrong field and what would be right."""

    field: str
    message: str


class Refused(SoledoorError):
    """A request answered "no". ``code`` is for machines; ``retry_after_s`` is set where waiting helps."""

    code = "refused"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        errors: Iterable[FieldError] = (),
        retry_after_s: float | None = None,
    ) -> None:
        self.detail, self.errors, self.retry_after_s = detail, tuple(errors), retry_after_s
        self.code = code or type(self).code
        super().__init__(detail)

    def __str__(self) -> str:
        fields = "; ".join(f"{e.field}: {e.message}" for e in self.errors)
        return f"{self.detail} ({fields})" if fields else self.detail


class AuthenticationError(Refused, PermissionError):
    """Nobody is logged in, or the credential is wrong, used up or expired."""

    code = "not_authenticated"


class PermissionDenied(Refused, PermissionError):
    """The caller is known and may not do this."""

    code = "permission_denied"


class NotFound(Refused, LookupError):
    """The id is unknown or belongs to somebody else; the two cannot be told apart."""

    code = "not_found"


class InvalidInput(Refused, ValueError):
    """A value from outside is wrong; ``errors`` names each field and the cure."""

    code = "invalid_input"


class Conflict(Refused):
    """The name or key is taken, or stands for something else."""

    code = "conflict"


class TooMuch(Refused):
    """A limit was reached: ``rate_limited``, ``too_many_calls``, ``too_many_runs`` or ``throttled``."""

    code = "rate_limited"


class Unavailable(Refused):
    """Not now: ``draining``, ``overloaded`` when memory is critical, ``storage_unavailable``."""

    code = "draining"
