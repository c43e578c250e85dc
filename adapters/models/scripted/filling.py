"""How a tool's arguments are filled from a sentence, by type, name and description of each parameter."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adapters.models.scripted.filling_numbers import ROLE_WORDS, fill_numbers, usable, usual
from adapters.models.scripted.finders import FINDERS
from adapters.models.scripted.text import STOP, VAGUE, name_words, stem, word_list, words
from adapters.models.scripted.tools import Parameter, ToolView
from adapters.models.scripted.values import (
    EMAIL,
    Values,
    matches,
    values,
)

_FREE_TEXT = frozenset(
    word_list(
        """
    text message content body string sentence phrase input comment description summary prompt
    paragraph words data
    """
    )
)
_ASKED = frozenset(
    word_list(
        """
    query question search term terms keyword keywords topic subject title expression q task
    """
    )
)


@dataclass(frozen=True, slots=True)
class Filled:
    """Arguments, which required ones are missing, and how many were told by something better than their
    position.
    """

    arguments: Mapping[str, Any]
    missing: tuple[Parameter, ...]
    fitting: int


def fill(tool: ToolView, clause: str) -> Filled:
    """Fill what the clause offers; the schema's defaults stand for the rest."""
    found = values(clause)
    arguments: dict[str, Any] = {}
    fitting = fill_numbers(tool, found, arguments)
    ordered = sorted(tool.parameters, key=lambda p: (not p.required, p.kind == "string" and _is_free(p)))
    for parameter in ordered:
        if parameter.name in arguments or parameter.kind in {"integer", "number"}:
            continue
        value, certain = _value(tool, parameter, found)
        if value is not None:
            arguments[parameter.name] = value
            fitting += certain
    for parameter in tool.required:
        if parameter.name not in arguments and (common := usual(parameter)) is not None:
            arguments[parameter.name] = common
    missing = tuple(p for p in tool.required if p.name not in arguments)
    return Filled(
        {p.name: arguments[p.name] for p in tool.parameters if p.name in arguments}, missing, fitting
    )


def _is_free(parameter: Parameter) -> bool:
    return not _FREE_TEXT.isdisjoint(parameter.words) or not _ASKED.isdisjoint(parameter.words)


def _value(tool: ToolView, parameter: Parameter, found: Values) -> tuple[Any, bool]:
    if parameter.choices:
        return _choice(parameter, found), True
    if parameter.kind == "boolean":
        return _truth(parameter, found.text), False
    if parameter.kind == "array":
        return _items(parameter, found), True
    return _string(tool, parameter, found) if parameter.kind == "string" else (None, False)


def _choice(parameter: Parameter, found: Values) -> Any:
    text = f" {' '.join(words(found.text))} "
    for choice in sorted(parameter.choices, key=lambda c: -len(str(c))):
        wanted = " ".join(words(str(choice).replace("_", " ")))
        if wanted and (
            f" {wanted} " in text or f" {stem(wanted)} " in " ".join(["", *map(stem, words(text)), ""])
        ):
            return choice
    return None


def _truth(parameter: Parameter, text: str) -> bool | None:
    lowered = words(text)
    own = [
        stem(w)
        for w in parameter.words
        if w not in VAGUE and w not in {"include", "is", "use", "with", "has"}
    ]
    stems_here = [stem(w) for w in lowered]
    for word in own:
        if word in stems_here:
            before = lowered[max(0, stems_here.index(word) - 2) : stems_here.index(word)]
            return not {"without", "no", "not", "excluding"} & set(before)
    return None


def _items(parameter: Parameter, found: Values) -> list[Any] | None:
    if parameter.item_kind in {"integer", "number"}:
        whole = parameter.item_kind == "integer"
        items = [
            int(float(n.value)) if whole or "." not in n.value else float(n.value) for n in usable(found)
        ]
        return items or None
    marked = list(iter(found.take_quoted, None))
    if marked:
        return marked
    tail = re.search(r"(?::|\b(?:of|with|for|among|from|between)\b)\s*([^:]+?)[.?!]*$", found.text)
    if not tail:
        return None
    return [
        part.strip()
        for part in re.split(r"\s*,\s*(?:and\s+|or\s+)?|\s+and\s+|\s+or\s+", tail[1])
        if part.strip()
    ] or None


def _string(tool: ToolView, parameter: Parameter, found: Values) -> tuple[str | None, bool]:
    if parameter.format == "email":
        return found.fresh(matches(EMAIL, found.text)), True
    for keys, finder in FINDERS:
        if keys.isdisjoint(parameter.words) and not (
            keys & parameter.hints and "name" not in parameter.words and not _is_free(parameter)
        ):
            continue
        if (value := found.fresh(_by_role(parameter, found.text, finder(found.text)))) is not None:
            return value, True
    if (value := found.take_quoted(parameter.words)) is not None:
        return value, True
    if not parameter.required and not _named(parameter, found.text):
        return None, False
    if _is_free(parameter):
        return _rest(tool, found), False
    ranked = _by_role(parameter, found.text, found.names)
    return found.fresh(ranked) or _after_preposition(tool, parameter, found), bool(ranked)


def _named(parameter: Parameter, text: str) -> bool:
    return not {stem(w) for w in parameter.words if w not in VAGUE}.isdisjoint(map(stem, words(text)))


def _by_role(parameter: Parameter, text: str, found: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Put first what follows the preposition the parameter's name suggests."""
    roles = next((ROLE_WORDS[word] for word in parameter.words if word in ROLE_WORDS), ())
    if not roles:
        return found
    chosen = []
    for value, at in found:
        if _preceded(text, at) in roles:
            chosen.append((value, at))
    if chosen:
        return [*chosen, *(item for item in found if item not in chosen)]
    if "from" in roles:  # what follows "to" or "in" belongs to the other end
        return sorted(found, key=lambda item: _preceded(text, item[1]) in {"to", "into", "in", "as", "for"})
    return found[::-1] if "to" in roles and len(found) > 1 else found


def _preceded(text: str, at: int) -> str:
    before = re.findall(r"[a-z]+", text[:at].lower())
    return before[-1] if before else ""


def _after_preposition(tool: ToolView, parameter: Parameter, found: Values) -> str | None:
    roles = next(
        (ROLE_WORDS[word] for word in parameter.words if word in ROLE_WORDS),
        ("named", "called", "for", "of", "about", "to", "in", "on", "is"),
    )
    own = "|".join(re.escape(w) for w in parameter.words)
    for pattern in (rf"\b(?:{own})\b\s*(?:is|of|=|:|named|called)?\s+", *(rf"\b{role}\s+" for role in roles)):
        if match := re.search(
            rf"{pattern}(?:the |a |an |my )?([\w'-]+(?:\s+[\w'-]+)?)", found.text, re.IGNORECASE
        ):
            value = _trimmed(match[1])
            if value and stem(value.lower()) not in tool.name_stems:
                return value
    rest = _rest(tool, found)
    return rest if rest and len(rest.split()) <= 4 else None


def _trimmed(value: str) -> str:
    parts = value.split()
    while parts and parts[-1].lower() in STOP:
        parts.pop()
    return " ".join(parts)


def _rest(tool: ToolView, found: Values) -> str | None:
    """What is left when the words that name the tool, and politeness, are taken from the front."""
    if match := re.search(r":\s+(.+)", found.text):
        return match[1].rstrip()
    parts = found.text.rstrip(" .?!").split()
    known = tool.name_stems | tool.stems | tool.related | {stem(w) for w in name_words(tool.name)}
    while parts and (parts[0].lower().strip(",") in STOP or stem(parts[0].lower().strip(",")) in known):
        parts.pop(0)
    return " ".join(parts) or None
