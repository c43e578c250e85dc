"""How a typed Python function becomes a tool: its signature is read once, and pydantic validates every call.

The schema is built when the process starts, never per request. Unknown arguments are refused unless the
function takes ``**kwargs``. A parameter annotated ``UserExecutionContext`` or ``Progress``, or named
``state``, is filled by the engine and is invisible to the model.
"""

import inspect
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, get_args, get_origin, get_type_hints

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError
from pydantic.fields import FieldInfo
from pydantic.json_schema import GenerateJsonSchema

from services.context import UserExecutionContext
from services.errors import FieldError
from services.tools.progress import Progress
from services.tools.tool import Injected, InvalidArguments, Tool, ToolDefinitionError

_SECTION = re.compile(
    r"^\s*(?:Args|Arguments|Returns|Raises|Yields|Example|Examples):\s*$", flags=re.MULTILINE
)
TOOL_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}")


def tool(
    *, admin: bool = False, requires_approval: bool = False, timeout: float | None = None
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Mark a function: only for admins, only after approval, or with its own time limit in seconds."""

    def mark(function: Callable[..., Any]) -> Callable[..., Any]:
        marks = {"admin": admin, "requires_approval": requires_approval, "timeout": timeout}
        for name, value in marks.items():
            setattr(function, name, value)
        return function

    return mark


def tool_from_function(
    function: Callable[..., Any], *, name: str | None = None, description: str | None = None
) -> Tool:
    """Return the tool; raises ``ToolDefinitionError`` when the name or a parameter cannot be used."""
    name = str(name or getattr(function, "__name__", type(function).__name__))
    if not TOOL_NAME.fullmatch(name):
        raise ToolDefinitionError(name, "names are 1 to 128 letters, digits, dashes, dots or underscores")
    text = inspect.getdoc(function) or ""
    injected, fields, extra = _parameters(name, function, _argument_docs(text))
    model = _model(name, fields, extra)
    return Tool(
        name=name,
        description=description or _summary(text) or name.replace("_", " "),
        parameters=_schema(model),
        validate=_validator(name, model, tuple(fields)),
        function=function,
        is_async=_is_async(function),
        admin=bool(getattr(function, "admin", False)),
        requires_approval=bool(getattr(function, "requires_approval", False)),
        timeout=getattr(function, "timeout", None),
        injected=injected,
    )


def _is_async(function: Callable[..., Any]) -> bool:
    called = function if inspect.isroutine(function) else type(function).__call__
    return inspect.iscoroutinefunction(called)


def _parameters(
    name: str, function: Callable[..., Any], docs: Mapping[str, str]
) -> tuple[dict[str, Injected], dict[str, tuple[Any, FieldInfo]], bool]:
    injected: dict[str, Injected] = {}
    fields: dict[str, tuple[Any, FieldInfo]] = {}
    extra = False
    hints = _hints(name, function)
    for parameter in inspect.signature(function).parameters.values():
        hint = hints.get(parameter.name, Any)
        if parameter.kind is parameter.VAR_KEYWORD:
            extra = True
        elif parameter.kind in {parameter.VAR_POSITIONAL, parameter.POSITIONAL_ONLY}:
            raise ToolDefinitionError(name, f"parameter {parameter.name} must be usable by keyword")
        elif (given := _injection(parameter.name, hint)) is not None:
            injected[parameter.name] = given
        else:
            fields[parameter.name] = (hint, _field(parameter, docs.get(parameter.name)))
    return injected, fields, extra


def _hints(name: str, function: Callable[..., Any]) -> dict[str, Any]:
    target = function if inspect.isroutine(function) else type(function).__call__
    try:
        return get_type_hints(target, include_extras=True)
    except NameError as error:
        raise ToolDefinitionError(
            name, f"its type hint {error.name!r} is not defined in its module"
        ) from error


def _injection(name: str, hint: Any) -> Injected | None:
    plain = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    for candidate in (plain, *get_args(plain)):
        if candidate is UserExecutionContext:
            return Injected.CONTEXT
        if candidate is Progress:
            return Injected.PROGRESS
    return Injected.STATE if name == "state" else None


def _field(parameter: inspect.Parameter, doc: str | None) -> FieldInfo:
    default = ... if parameter.default is parameter.empty else parameter.default
    if isinstance(default, FieldInfo):
        return default
    info: FieldInfo = Field(default, description=doc) if doc else Field(default)
    return info


class _Schema(GenerateJsonSchema):
    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _model(name: str, fields: Mapping[str, tuple[Any, FieldInfo]], extra: bool) -> type[BaseModel]:
    # Numbered fields, the real names as aliases: a parameter may be called "schema" or "_x" and clash with
    # nothing of pydantic's.
    config = ConfigDict(
        extra="allow" if extra else "forbid", arbitrary_types_allowed=False, use_enum_values=False
    )
    try:
        numbered: dict[str, Any] = {
            f"p{index}": (Annotated[hint, Field(alias=real)], info)
            for index, (real, (hint, info)) in enumerate(fields.items())
        }
        return create_model(name, __config__=config, **numbered)
    except (PydanticSchemaGenerationError, PydanticUserError, TypeError, AttributeError) as error:
        reason = str(error).splitlines()[0]
        raise ToolDefinitionError(name, f"a type hint cannot be read as JSON: {reason}") from error


def _schema(model: type[BaseModel]) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, schema_generator=_Schema)
    schema.pop("title", None)
    schema.setdefault("properties", {})
    return schema


def _validator(
    name: str, model: type[BaseModel], names: tuple[str, ...]
) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    validate = model.__pydantic_validator__.validate_python

    def validator(arguments: Mapping[str, Any]) -> dict[str, Any]:
        try:
            valid = validate(arguments)
        except ValidationError as error:
            raise InvalidArguments(name, list(_field_errors(error))) from None
        values = dict(zip(names, valid.__dict__.values(), strict=True))
        return {**values, **valid.__pydantic_extra__} if valid.__pydantic_extra__ else values

    return validator


def _field_errors(error: ValidationError) -> Iterator[FieldError]:
    for problem in error.errors(include_url=False, include_context=False, include_input=False):
        yield FieldError(".".join(str(part) for part in problem["loc"]) or "arguments", problem["msg"])


def _summary(doc: str) -> str:
    """Everything before the first section heading, as one paragraph per blank-line block."""
    head = _SECTION.split(doc)[0]
    return "\n".join(" ".join(block.split()) for block in head.strip().split("\n\n")).strip()


def _argument_docs(doc: str) -> dict[str, str]:
    """Read a Google-style ``Args:`` section."""
    section = re.search(r"^Args:\s*\n((?:[ \t]+.*\n?|\s*\n)+)", doc, flags=re.MULTILINE)
    if section is None:
        return {}
    found: dict[str, str] = {}
    current = ""
    for line in section.group(1).splitlines():
        if entry := re.match(r"\s{1,8}(\w+)(?:\s*\([^)]*\))?:\s*(.*)", line):
            current = entry.group(1)
            found[current] = entry.group(2).strip()
        elif current and line.strip():
            found[current] += " " + line.strip()
    return found
