"""Names and paths by pattern, and how names are split into words."""

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z0-9]+|[A-Z]+|\d+")


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """Return the words of a name, in lower case: ``ToolDispatcher`` and ``tool_dispatcher`` are alike."""
    return tuple(word.lower() for word in _WORDS.findall(name))


def fits(name: str, patterns: Iterable[str]) -> bool:
    """Whether a name fits one of the patterns (``*`` for anything)."""
    return any(_compiled(pattern).match(name) for pattern in patterns)


def path_fits(path: str, patterns: Iterable[str]) -> bool:
    """Whether a path is one of these files, lies in one of these folders, or fits a pattern.

    A folder may be written as ``containers`` or ``containers/``, a module as ``package.module``.
    """
    for pattern in patterns:
        plain = pattern.rstrip("/")
        if path in {plain, f"{plain}.py"} or path.startswith(f"{plain}/"):
            return True
        if "*" in pattern:
            if _compiled(pattern).match(path):
                return True
        elif "/" not in plain and not plain.endswith(".py") and "." in plain:
            dotted = plain.replace(".", "/")
            if path in {f"{dotted}.py", f"{dotted}/__init__.py"} or path.startswith(f"{dotted}/"):
                return True
    return False


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))
