"""How the result of a keyed call is written down for whoever repeats it, at this process or another."""

from dataclasses import asdict, dataclass
from typing import Any

from pydantic_core import from_json, to_json

from services.errors import FieldError
from services.tools.result import ToolError, ToolExecutionResult


@dataclass(frozen=True, slots=True)
class Kept:
    """What stands under a key: the digest of the arguments, and the result once there is one."""

    digest: str
    result: ToolExecutionResult | None


def claimed(digest: str) -> str:
    """Return the text of a call that has begun."""
    return to_json({"arguments": digest}).decode()


def kept(digest: str, result: ToolExecutionResult) -> str:
    """Return the text of a call that has ended; what JSON has no word for becomes text."""
    error = None if result.error is None else asdict(result.error)
    value = {"arguments": digest, "result": result.to_dict() | {"error": error}}
    return to_json(value, fallback=str, inf_nan_mode="constants").decode()


def read(text: str) -> Kept:
    """Return what either wrote."""
    value = from_json(text)
    found = value.get("result")
    return Kept(value["arguments"], None if found is None else _result(found))


def _result(value: dict[str, Any]) -> ToolExecutionResult:
    error = None if value["error"] is None else _error(value["error"])
    given: dict[str, Any] = value | {"error": error}
    return ToolExecutionResult(**given)


def _error(value: dict[str, Any]) -> ToolError:
    given: dict[str, Any] = value | {"details": tuple(FieldError(**detail) for detail in value["details"])}
    return ToolError(**given)
