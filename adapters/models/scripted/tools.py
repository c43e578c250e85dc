"""What the scripted model knows of a tool: its words, its parameters and which kind of value each takes.

A tool is analysed once per process: the cache is keyed on the schema's content (name, description, the very
parameters object) and bounded. It holds nothing of any conversation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from adapters.models.scripted.lexicon import RELATED
from adapters.models.scripted.text import VAGUE, name_words, stem, words
from services.ports.models import ToolSchema

_CACHED = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Parameter:
    """One argument: ``kind`` is string, integer, number, boolean, array or object; ``words`` are its
    name's.
    """

    name: str
    kind: str
    required: bool
    words: tuple[str, ...]
    hints: frozenset[str]
    choices: tuple[Any, ...]
    item_kind: str
    format: str


@dataclass(frozen=True, slots=True, eq=False)
class ToolView:
    """One tool, read once. ``name_stems`` tell it from others; ``related`` are words people use instead."""

    schema: ToolSchema
    name: str
    name_words: frozenset[str]
    words: frozenset[str]
    name_stems: frozenset[str]
    stems: frozenset[str]
    related: frozenset[str]
    parameters: tuple[Parameter, ...]

    @property
    def required(self) -> tuple[Parameter, ...]:
        """The parameters that must be given."""
        return tuple(p for p in self.parameters if p.required)

    def parameter(self, *names: str) -> Parameter | None:
        """Return the first parameter that has one of the words in its name."""
        return next((p for p in self.parameters if not set(names).isdisjoint(p.words)), None)


def views(tools: Sequence[ToolSchema]) -> tuple[ToolView, ...]:
    """Return the analysed tools, in the order given."""
    return tuple([_analyse(tool) for tool in tools])


# A schema is compared by identity and made once per application, so what was learned from it stays true.
@lru_cache(maxsize=_CACHED)
def _analyse(tool: ToolSchema) -> ToolView:
    names = frozenset(name_words(tool.name))
    described = frozenset(words(tool.description))
    name_stems = _stems(names - VAGUE)
    parameters = _parameters(tool.parameters)
    hinted = frozenset().union(*(frozenset(p.words) for p in parameters)) if parameters else frozenset()
    return ToolView(
        schema=tool,
        name=tool.name,
        name_words=names,
        words=names | described,
        name_stems=name_stems,
        stems=_stems((described | hinted) - VAGUE),
        related=_related(names - VAGUE) - name_stems,
        parameters=parameters,
    )


def _stems(items: Iterable[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in items)


@lru_cache(maxsize=1)
def _by_stem() -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for word, others in RELATED.items():
        found[stem(word)] = found.get(stem(word), frozenset()) | _stems(others)
    return found


def _related(names: Iterable[str]) -> frozenset[str]:
    return frozenset().union(*(_by_stem().get(stem(word), frozenset()) for word in names))


def _parameters(schema: Mapping[str, Any]) -> tuple[Parameter, ...]:
    properties = schema.get("properties") or {}
    required = set(schema.get("required") or ())
    definitions = schema.get("$defs") or {}
    found = [
        _parameter(name, _resolved(spec, definitions), name in required) for name, spec in properties.items()
    ]
    return tuple(found)


def _resolved(spec: object, definitions: Mapping[str, Any]) -> Mapping[str, Any]:
    """Follow a reference and take the first choice that is not null."""
    if not isinstance(spec, Mapping):
        return {}
    if "$ref" in spec:
        return _resolved({**definitions.get(str(spec["$ref"]).rpartition("/")[2], {})}, definitions)
    for union in ("anyOf", "oneOf", "allOf"):
        for choice in spec.get(union) or ():
            if isinstance(choice, Mapping) and choice.get("type") != "null":
                return {**_resolved(choice, definitions), "description": spec.get("description", "")}
    return spec


def _parameter(name: str, spec: Mapping[str, Any], required: bool) -> Parameter:
    kind = spec.get("type", "string")
    kind = next((k for k in kind if k != "null"), "string") if isinstance(kind, list) else kind
    items = spec.get("items")
    choices = spec.get("enum") or ((spec["const"],) if "const" in spec else ())
    return Parameter(
        name=name,
        kind=kind,
        required=required,
        words=name_words(name),
        hints=frozenset(words(str(spec.get("description") or ""))) | frozenset(name_words(name)),
        choices=tuple(choices),
        item_kind=items.get("type", "string") if isinstance(items, Mapping) else "string",
        format=str(spec.get("format") or ""),
    )
