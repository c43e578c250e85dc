"""The records of one file: plain tuples of texts and numbers, so that they can be kept and read back.

A name in a record is as the file writes it (``tools.Dispatcher``, ``self._inner.dispatch``), with local
variables replaced by the class they are known to hold. What a name stands for is decided with the whole tree.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

FORMAT = 11
"""Changes with the records or with what is put into them, so that nothing kept from before is believed."""

EAGER, LAZY, TYPE_CHECKING = "eager", "lazy", "type-checking"


class Import(NamedTuple):
    """One name that an import binds; ``module`` begins with a dot for each level of a relative one."""

    line: int
    kind: str
    module: str
    name: str
    """What is taken out of the module: empty for the module itself, ``*`` for everything."""
    bound: str
    scope: str
    optional: bool
    """Whether a failing import is caught."""
    used: bool
    """Whether the file itself does something with the name."""


class Class(NamedTuple):
    """A class; ``name`` is qualified within the file, as ``Outer.Inner`` or ``function.Inner``."""

    line: int
    name: str
    bases: Sequence[str]
    metaclass: str
    decorators: Sequence[str]
    attributes: Mapping[str, str]
    """Attributes of instances whose class is known, by name."""
    shape: str
    """A hash of the body's lines without comments, docstrings and the class's own name."""
    size: int
    """Lines that count for the shape."""
    branch: bool
    """Whether the definition is one of several that exclude each other: in an ``if`` or a ``try``."""


class Function(NamedTuple):
    """A function, a method, or a name that is given a lambda or a partial."""

    line: int
    name: str
    owner: str
    flags: str
    """``a`` async, ``g`` generator, ``s`` stub, ``n`` a stub that raises NotImplementedError, ``x`` abstract,
    ``c`` in a branch, ``r`` returns a value.
    """
    decorators: Sequence[str]
    returns: Sequence[str]
    """Classes whose instances the annotation promises."""
    gives: Sequence[str]
    """What was called to make the values that are returned or yielded."""
    parameters: Sequence[str] = ()
    """Without ``self``: ``name`` must be given, ``name=`` may be; ``*name`` and ``**name`` take more."""


class Call(NamedTuple):
    """A class that is called, or handed to something that calls it."""

    line: int
    scope: str
    name: str
    how: str


class Use(NamedTuple):
    """Methods that a scope calls on one receiver."""

    line: int
    scope: str
    receiver: str
    methods: Sequence[str]


class Unawaited(NamedTuple):
    """A call whose result is used as if it were the value, which a coroutine is not."""

    line: int
    scope: str
    name: str
    how: str


class Held(NamedTuple):
    """A name of a module or class that holds something while the process lives, or stands for a class."""

    line: int
    scope: str
    name: str
    how: str
    """``alias``, ``call``, ``annotation``, ``container``, ``global`` or ``attribute``."""
    value: str


class Bypass(NamedTuple):
    """A way to an instance, or into one, that the class does not offer."""

    line: int
    scope: str
    how: str
    target: str
    attribute: str


class Silence(NamedTuple):
    """A comment that allows a finding."""

    line: int
    rule: str
    reason: str
    statement: int
    """The line that it speaks for: its own, or, when it stands alone, that of the next statement."""


class FileFacts(NamedTuple):
    """Everything that the rules know of one file."""

    imports: Sequence[Import]
    classes: Sequence[Class]
    functions: Sequence[Function]
    calls: Sequence[Call]
    uses: Sequence[Use]
    unawaited: Sequence[Unawaited]
    held: Sequence[Held]
    bypasses: Sequence[Bypass]
    silences: Sequence[Silence]
    exported: Sequence[str] | None
    """``__all__``, None where there is none."""
    lines: int


KINDS: tuple[Any, ...] = (Import, Class, Function, Call, Use, Unawaited, Held, Bypass, Silence)


def written(facts: FileFacts) -> list[Any]:
    """Return the records as nested tuples and texts, which any format can hold."""
    parts: list[Any] = list(facts)
    return [*([tuple(row) for row in part] for part in parts[: len(KINDS)]), *parts[len(KINDS) :]]


def restored(rows: Sequence[Any]) -> FileFacts:
    """Return the records of a file from the nested lists that they were written as."""
    parts: list[Any] = [[kind(*row) for row in part] for kind, part in zip(KINDS, rows, strict=False)]
    return FileFacts(*parts, *rows[len(KINDS) :])
