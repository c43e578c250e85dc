"""`tools`: how tools are listed and shown, and how arguments typed in a terminal become a call."""

import difflib
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio

from adapters.cli.application import ApplicationView, Bootstrap
from adapters.cli.building import with_application
from adapters.cli.local import LOCAL
from adapters.cli.refusals import BAD_USAGE, Stop
from adapters.cli.terminal import inert, json_text, say
from services.tools import Tool
from services.tools.result import ToolExecutionResult

BAD_INPUT = frozenset({"invalid_arguments", "tool_not_found"})


@dataclass(frozen=True, slots=True)
class Call:
    """What was typed after `tools call`."""

    name: str
    pairs: Sequence[str]
    json: str | None
    timeout: float | None


def list_tools(bootstrap: Bootstrap, config: Path | None, data: Path | None, *, as_json: bool) -> None:
    """Print one line for each tool, by name."""
    tools = sorted(with_application(bootstrap, config, data, _all), key=lambda tool: tool.name)
    if as_json:
        say(json_text([described(tool) for tool in tools]))
        return
    width = max((len(tool.name) for tool in tools), default=0)
    for tool in tools:
        say(inert(f"{tool.name:<{width}}  {_first_sentence(tool.description)}{_marks(tool)}"))


def show_tool(
    bootstrap: Bootstrap, config: Path | None, data: Path | None, name: str, *, as_json: bool
) -> None:
    """Print everything about one tool."""
    tool = with_application(bootstrap, config, data, lambda application: _named(application, name))
    if as_json:
        say(json_text(described(tool)))
        return
    say(inert(f"{tool.name}{_marks(tool)}\n\n{tool.description}\n\nArguments:"))
    required = set(tool.parameters.get("required", ()))
    for argument, schema in tool.parameters["properties"].items():
        need = "required" if argument in required else f"default {json_text(schema.get('default'))}"
        say(inert(f"  {argument} ({_kind(schema)}, {need})  {schema.get('description', '')}".rstrip()))


def call_tool(
    bootstrap: Bootstrap, config: Path | None, data: Path | None, wish: Call, *, as_json: bool
) -> int:
    """Call the tool, print its result, return the exit code: 0 done, 1 failed, 2 wrong arguments."""
    result = with_application(bootstrap, config, data, lambda application: _called(application, wish))
    if as_json:
        say(json_text(result.to_dict()))
    elif result.success:
        say(inert(result.result if isinstance(result.result, str) else json_text(result.result, indent=2)))
    else:
        sys.stderr.write(inert(f"soledoor: {wish.name}: {_problem(result)}") + "\n")
    if result.success:
        return 0
    return BAD_USAGE if result.error is not None and result.error.code in BAD_INPUT else 1


def described(tool: Tool) -> dict[str, Any]:
    """Return a tool as the HTTP interface describes it."""
    return {
        "name": tool.name,
        "description": tool.description,
        "parameters": dict(tool.parameters),
        "requires_approval": tool.requires_approval,
        "admin": tool.admin,
    }


def read_arguments(wish: Call, tool: Tool) -> dict[str, Any]:
    """Return the arguments; raises ``Stop`` naming what cannot be read. A key=value wins over --input."""
    given = _from_json(sys.stdin.read() if wish.json == "-" else wish.json) if wish.json is not None else {}
    properties = tool.parameters["properties"]
    for pair in wish.pairs:
        name, separator, text = pair.partition("=")
        if not separator or not name:
            raise Stop(f"{pair!r} is no argument: write KEY=VALUE, such as {_example(properties)}")
        given[name] = _value(text, properties.get(name, {}))
    return given


async def _all(application: ApplicationView) -> Sequence[Tool]:
    return application.catalog.all()


async def _named(application: ApplicationView, name: str) -> Tool:
    tool = application.catalog.get(name)
    if tool is None:
        near = difflib.get_close_matches(name, [each.name for each in application.catalog.all()], n=1)
        raise Stop(
            f"there is no tool {name!r}: " + (f"did you mean {near[0]}?" if near else "see `tools list`")
        )
    return tool


async def _called(application: ApplicationView, wish: Call) -> ToolExecutionResult:
    arguments = read_arguments(wish, await _named(application, wish.name))
    try:
        with anyio.fail_after(wish.timeout):
            return await application.calls.call(LOCAL, wish.name, arguments)
    except TimeoutError:
        raise Stop(f"{wish.name}: no result within {wish.timeout:g} s", 1) from None


def _from_json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError as error:
        raise Stop(f"--input is not valid JSON: {error}") from None
    if not isinstance(value, dict):
        raise Stop('--input must be a JSON object, such as {"expression": "6 * 7"}')
    return value


def _value(text: str, schema: Mapping[str, Any]) -> Any:
    """Read a number, a list and the like where the tool does not want text."""
    kinds = {schema.get("type"), *(option.get("type") for option in schema.get("anyOf", ()))}
    if "string" in kinds:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _example(properties: Mapping[str, Any]) -> str:
    return f"{next(iter(properties), 'name')}=value"


def _problem(result: ToolExecutionResult) -> str:
    if result.error is None:
        return "failed"
    fields = "; ".join(f"{detail.field}: {detail.message}" for detail in result.error.details)
    return fields or f"{result.error.message} ({result.error.code})"


def _first_sentence(text: str) -> str:
    return " ".join(text.split()).partition(". ")[0].rstrip(".")


def _kind(schema: Mapping[str, Any]) -> str:
    kinds = [schema.get("type"), *(option.get("type") for option in schema.get("anyOf", ()))]
    return " or ".join(str(kind) for kind in kinds if kind) or "any"


def _marks(tool: Tool) -> str:
    marks = [
        word for word, set_ in (("admin", tool.admin), ("needs approval", tool.requires_approval)) if set_
    ]
    return f" ({', '.join(marks)})" if marks else ""
