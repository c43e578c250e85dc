"""Which old names there are, and how a list of them is written: a name, or ``second=name`` for another's
second one.
"""

import importlib
from collections.abc import Iterable, Iterator

from services.errors import WiringError

LEGACY = "adapters.legacy"


def resolved(names: Iterable[str]) -> dict[str, object]:
    """Return what each name stands for; raises ``WiringError`` naming those there are."""
    legacy = importlib.import_module(LEGACY)  # when asked: it imports this package
    found = {}
    for name, old in pairs(names):
        if old not in legacy.OLD_NAMES:
            raise WiringError(f"{old!r} is no old name: there is {', '.join(sorted(legacy.OLD_NAMES))}")
        found[name] = getattr(legacy, old)
    return found


def pairs(names: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield each name with the one it stands for."""
    for written in names:
        name, _, old = written.partition("=")
        yield name.strip(), (old or name).strip()
