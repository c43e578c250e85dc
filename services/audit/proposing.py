"""A proposal as text: TOML for ``pyproject.toml``, with what was seen as comments."""

from collections.abc import Iterable, Iterator

from services.audit.configuration import Role
from services.audit.discovery import Proposal

_FIELDS = ("classes", "methods", "owner", "factory", "between", "deprecated")


def as_toml(proposals: Iterable[Proposal]) -> str:
    """Return the configuration of these roles."""
    lines = [line for each in proposals for line in _lines(each)]
    if not lines:
        return "# No role was found that several classes seem to fill.\n[tool.soledoor.audit]\n"
    return "\n".join(["[tool.soledoor.audit]", *lines]) + "\n"


def as_values(role: Role) -> dict[str, object]:
    """Return the fields of a role that say something."""
    told = {"name": role.name, **{name: getattr(role, name) for name in _FIELDS}}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items() if value}


def _lines(proposal: Proposal) -> Iterator[str]:
    yield ""
    yield f"# filled by {_listed(each.last for each in proposal.members)}"
    if proposal.factories:
        yield f"# made by {_listed(each.last for each in proposal.factories)}"
    yield "[[tool.soledoor.audit.roles]]"
    for name, value in as_values(proposal.role).items():
        yield f"{name} = {_value(value)}"


def _value(value: object) -> str:
    return f"[{', '.join(map(_text, value))}]" if isinstance(value, list) else _text(value)


def _text(value: object) -> str:
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)
