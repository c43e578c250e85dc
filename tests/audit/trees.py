"""Small code bases as texts, and what the auditor says of them."""

from collections.abc import Mapping
from typing import Any

from services.audit.audit import audit
from services.audit.configuration import configuration
from services.audit.facts.reading import read_source
from services.audit.findings import Finding, Report

OWNER = {
    "app/core/dispatcher.py": (
        "class ToolDispatcher:\n"
        "    def __init__(self, context):\n"
        "        self._context = context\n"
        "    async def execute_tool(self, name): return name\n"
        "    async def dispatch(self, name): return name\n"
        "    async def cleanup(self): return None\n"
    ),
    "app/core/factory.py": (
        "from app.core.dispatcher import ToolDispatcher\n"
        "class ToolDispatcherFactory:\n"
        "    async def create_for(self, context) -> ToolDispatcher:\n"
        "        return ToolDispatcher(context)\n"
    ),
    "app/__init__.py": "",
    "app/core/__init__.py": "",
}
"""A clean application: one dispatcher, one factory."""

ROLE: dict[str, Any] = {
    "name": "dispatcher",
    "classes": ["*Dispatcher"],
    "methods": ["execute_tool", "dispatch", "cleanup"],
    "owner": "app.core.dispatcher.ToolDispatcher",
    "factory": "app.core.factory.ToolDispatcherFactory",
    "made_in": ["app/root.py"],
    "deprecated": ["app.old"],
}


def audited(files: Mapping[str, str], *roles: Mapping[str, Any], **more: Any) -> Report:
    """Return the report on the clean application with these files added."""
    facts = {path: read_source(text) for path, text in {**OWNER, **files}.items()}
    return audit(facts, configuration({"roles": list(roles or (ROLE,)), **more}))


def found(rule: str, files: Mapping[str, str], *roles: Mapping[str, Any], **more: Any) -> list[Finding]:
    """Return what one rule finds."""
    return [each for each in audited(files, *roles, **more).findings if each.rule == rule]
