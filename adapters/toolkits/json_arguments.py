"""How arguments are checked where a tool brings a bare JSON Schema: names, types, what is required or listed.

It reads the part of JSON Schema that tools use in practice (type, enum, const, properties, required,
additionalProperties, items, anyOf, oneOf, allOf, local references); other words never refuse anything.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from services.errors import FieldError

MAX_DEPTH = 32

_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "array": list,
    "object": Mapping,
    "null": type(None),
}


def faults(schema: Mapping[str, Any], arguments: Mapping[str, Any]) -> list[FieldError]:
    """Return an error for each wrong field; unknown fields are wrong unless the schema allows them."""
    strict = {"additionalProperties": False, **schema, "type": "object"}
    return list(_Check(schema).walk(strict, arguments, "", 0))


class _Check:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root

    def walk(self, schema: Any, value: object, path: str, depth: int) -> Iterator[FieldError]:
        schema = self._resolved(schema)
        if not isinstance(schema, Mapping) or depth > MAX_DEPTH:
            return
        if (problem := _problem(schema, value)) is not None:
            yield FieldError(path or "arguments", problem)
            return
        yield from self._combined(schema, value, path, depth)
        if isinstance(value, Mapping):
            yield from self._members(schema, value, path, depth)
        elif isinstance(value, list) and "items" in schema:
            for index, item in enumerate(value):
                yield from self.walk(schema["items"], item, f"{path}.{index}", depth + 1)

    def _combined(
        self, schema: Mapping[str, Any], value: object, path: str, depth: int
    ) -> Iterator[FieldError]:
        for part in schema.get("allOf", ()):
            yield from self.walk(part, value, path, depth + 1)
        for word in ("anyOf", "oneOf"):
            parts = schema.get(word)
            if parts and all(any(True for _ in self.walk(part, value, path, depth + 1)) for part in parts):
                yield FieldError(path or "arguments", "fits none of the forms that are allowed here")

    def _members(
        self, schema: Mapping[str, Any], value: Mapping[str, Any], path: str, depth: int
    ) -> Iterator[FieldError]:
        prefix = f"{path}." if path else ""
        properties = schema.get("properties", {})
        for name in schema.get("required", ()):
            if name not in value:
                yield FieldError(f"{prefix}{name}", "Field required")
        for name, member in value.items():
            if name in properties:
                yield from self.walk(properties[name], member, f"{prefix}{name}", depth + 1)
            elif schema.get("additionalProperties") is False:
                yield FieldError(f"{prefix}{name}", "Extra inputs are not permitted")
            else:
                yield from self.walk(schema.get("additionalProperties"), member, f"{prefix}{name}", depth + 1)

    def _resolved(self, schema: Any) -> Any:
        for _ in range(MAX_DEPTH):
            if not isinstance(schema, Mapping) or not isinstance(schema.get("$ref"), str):
                break
            target: Any = self._root
            for step in schema["$ref"].removeprefix("#").split("/")[1:]:
                target = target.get(step) if isinstance(target, Mapping) else None
            schema = target
        return schema


def _problem(schema: Mapping[str, Any], value: object) -> str | None:
    wanted = schema.get("type")
    names: Sequence[Any] = [wanted] if isinstance(wanted, str) else wanted or ()
    if names and not any(_is(name, value) for name in names):
        return f"Input should be of type {' or '.join(map(str, names))}"
    if "enum" in schema and value not in schema["enum"]:
        return f"Input should be one of {', '.join(map(repr, schema['enum']))}"
    if "const" in schema and value != schema["const"]:
        return f"Input should be {schema['const']!r}"
    return None


def _is(name: object, value: object) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    kind = _TYPES.get(str(name))
    return kind is None or isinstance(value, kind)
