"""The schemas of the built-in tools, written out, for tests that call none of them."""

from services.ports.models import ToolSchema


def schema(name: str, description: str, *required: str) -> ToolSchema:
    properties = {parameter: {"type": "string"} for parameter in required}
    return ToolSchema(
        name, description, {"type": "object", "properties": properties, "required": list(required)}
    )


BUILTIN = [
    schema("calculate", "Calculate exactly", "expression"),
    ToolSchema(
        "current_time", "Tell the time", {"type": "object", "properties": {"zone": {"type": "string"}}}
    ),
    schema("convert_time", "Convert a time of day", "time", "from_zone", "to_zone"),
    schema("notes_add", "Keep a note", "text"),
    schema("notes_search", "Find notes", "query"),
    schema("notes_list", "List notes"),
    schema("notes_delete", "Delete a note", "note_id"),
    schema("table_load", "Load a file", "file"),
    schema("table_describe", "Describe the columns of a file", "file"),
    schema("table_query", "Query a table", "file", "sql"),
]


def agent(name: str, description: str) -> ToolSchema:
    properties = {"task": {"type": "string"}, "after": {"type": "array", "items": {"type": "string"}}}
    return ToolSchema(name, description, {"type": "object", "properties": properties, "required": ["task"]})


AGENTS = [
    agent("assistant", "General questions, arithmetic, time, notes and everything else"),
    agent("analyst", "Questions about tables and CSV files: loads, describes and queries them"),
    agent("lawyer", "Reviews contracts and legal clauses"),
]
