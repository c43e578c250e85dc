"""Which names announce a secret: one rule for logs, events, stored calls and exports.

The rule is the protocol's (version 1, section 3, "Sanitising"). It judges names only, never values.
"""

import re
from functools import lru_cache

LONGEST_REMEMBERED = 64
"""Longer names come from outside and would fill the cache with whatever somebody sends."""

_SECRET = frozenset(
    {"password", "passwd", "secret", "auth", "authorization", "credential", "credentials", "cookie"}
)
_MAKES_KEY_SECRET = frozenset({"api", "private", "secret", "access", "signing", "encryption"})
_MAKES_TOKEN_A_NUMBER = frozenset({"count", "limit", "usage"})
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def is_secret_key(name: object) -> bool:
    """Return whether the value under this name is a secret; cheap for names seen before.

    A key that is no text announces none. Words end at ``_ - .`` and any other character but an ASCII
    letter, and where camel case begins a new one.
    """
    if not isinstance(name, str):
        return False
    return _remembered(name) if len(name) <= LONGEST_REMEMBERED else _judge(name)


def _judge(name: str) -> bool:
    words = [word.lower() for word in _WORD.findall(name)]
    return any(
        _secret(word, before, after)
        for word, before, after in zip(words, ["", *words], [*words[1:], ""], strict=False)
    )


def _secret(word: str, before: str, after: str) -> bool:
    if word == "token":
        return after not in _MAKES_TOKEN_A_NUMBER
    if word == "key":
        return before in _MAKES_KEY_SECRET
    return word in _SECRET


_remembered = lru_cache(maxsize=4096)(_judge)
