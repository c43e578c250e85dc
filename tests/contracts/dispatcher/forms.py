"""Every form in which a tool may be handed over: each adds two numbers and is called ``add``. Beside them one
that fails.
"""

from typing import Any

from langchain_core.tools import BaseTool, StructuredTool, tool
from pydantic import BaseModel, Field


async def add(a: int, b: int) -> int:
    """Add two numbers."""
    return a + b


async def broken(a: int) -> int:
    """Fail."""
    raise ZeroDivisionError(f"canary {a}")


def _threaded() -> Any:
    def add(a: int, b: int) -> int:
        """Add two numbers."""
        return a + b

    return add


class Runs:
    """A plain object."""

    name, description = "add", "Add two numbers."

    def run(self, a: int, b: int) -> int:
        return a + b


class RunsAsync:
    """Another, which is async."""

    name, description = "add", "Add two numbers."

    async def arun(self, a: int, b: int) -> int:
        return a + b


class Called:
    """One that is called itself."""

    name, description = "add", "Add two numbers."

    async def __call__(self, a: int, b: int) -> int:
        return a + b


class Numbers(BaseModel):
    a: int = Field(description="one")
    b: int = Field(description="other")


class WithSchema(BaseTool):
    """LangChain: synchronous, with a schema."""

    name: str = "add"
    description: str = "Add two numbers."
    args_schema: Any = Numbers

    def _run(self, a: int, b: int) -> int:
        return a + b


class WithoutSchema(BaseTool):
    """LangChain: the schema is read from the method."""

    name: str = "add"
    description: str = "Add two numbers."

    def _run(self, a: int, b: int) -> int:
        return a + b


class AsyncOnly(BaseTool):
    """LangChain: it cannot be called synchronously."""

    name: str = "add"
    description: str = "Add two numbers."
    args_schema: Any = Numbers

    def _run(self, a: int, b: int) -> int:
        raise NotImplementedError("async only")

    async def _arun(self, a: int, b: int) -> int:
        return a + b


class AsyncOnlyWithoutSchema(BaseTool):
    """LangChain: neither."""

    name: str = "add"
    description: str = "Add two numbers."

    def _run(self, a: int, b: int) -> int:
        raise NotImplementedError("async only")

    async def _arun(self, a: int, b: int) -> int:
        return a + b


FORMS: dict[str, Any] = {
    "async function": add,
    "function": _threaded(),
    "object with run": Runs(),
    "object with arun": RunsAsync(),
    "object that is called": Called(),
    "BaseTool": WithSchema(),
    "BaseTool without schema": WithoutSchema(),
    "BaseTool async only": AsyncOnly(),
    "BaseTool async only, without schema": AsyncOnlyWithoutSchema(),
    "StructuredTool": StructuredTool.from_function(coroutine=add, name="add", description="Add."),
    "@tool": tool(_threaded()),
}
