"""Which roles a code base has: ``[tool.soledoor.audit]``, read and checked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from services.audit.groups import GROUPS, Groups
from services.errors import SoledoorError


class AuditConfigurationError(SoledoorError, ValueError):
    """The configuration of an audit is wrong; the text names the field and the cure."""

    def __init__(self, place: str, cure: str) -> None:
        self.place, self.cure = place, cure
        super().__init__(place, cure)

    def __str__(self) -> str:
        return f"{self.place}: {self.cure}"


@dataclass(frozen=True)
class Role:
    """Something that one class should do, and where that class may be made."""

    name: str
    classes: tuple[str, ...] = ()
    """Patterns of class names, such as ``*Dispatcher``."""
    methods: tuple[str, ...] = ()
    """The public methods that make a class one of this role."""
    bases: tuple[str, ...] = ()
    """Base classes that make a class one of this role, by name."""
    owner: str = ""
    """The one class: ``package.module.Class`` or ``path/file.py:Class``."""
    factory: str = ""
    """The one factory of it, a class or a function."""
    made_in: tuple[str, ...] = ()
    """Files and folders that may construct it."""
    deprecated: tuple[str, ...] = ()
    """Modules that nobody should import any more for it."""
    between: tuple[str, ...] = ()
    """For bridges and adapters: the two roles, or words, that it stands between."""
    facades: Mapping[str, str] = field(default_factory=dict)
    """Files that are meant to have second names or ways, each with the reason."""

    @property
    def word(self) -> str:
        """The last word of the name: ``dispatcher`` for ``tool dispatcher``."""
        return self.name.replace("-", " ").replace("_", " ").split()[-1].lower()


@dataclass(frozen=True)
class Configuration:
    """Everything that an audit is told."""

    roles: tuple[Role, ...] = ()
    exclude: tuple[str, ...] = ()
    """Files and folders that are not read."""
    made_in: tuple[str, ...] = ()
    """Composition roots: files and folders that may construct every role."""
    facades: Mapping[str, str] = field(default_factory=dict)
    groups: tuple[str, ...] = GROUPS
    """Which groups are reported."""
    rules: tuple[str, ...] = ()
    """Which rules are asked; none named means all."""
    where: Groups = field(default_factory=Groups)


def configuration(table: Mapping[str, Any]) -> Configuration:
    """Return the configuration of ``[tool.soledoor.audit]``; raises ``AuditConfigurationError``."""
    known = {"roles", "exclude", "made_in", "facades", "groups", "rules", "tests", "scripts"}
    _no_others(table, known, "tool.soledoor.audit")
    roles = table.get("roles", [])
    if not isinstance(roles, Sequence) or isinstance(roles, str):
        raise AuditConfigurationError(
            "tool.soledoor.audit.roles", "write [[tool.soledoor.audit.roles]] tables"
        )
    made = tuple(_role(each, place) for place, each in enumerate(roles))
    names = [role.name for role in made]
    for name in names:
        if names.count(name) > 1:
            raise AuditConfigurationError("tool.soledoor.audit.roles", f"two roles are named {name!r}")
    groups = _texts(table, "groups", "tool.soledoor.audit") or GROUPS
    for group in groups:
        if group not in GROUPS:
            raise AuditConfigurationError(
                "tool.soledoor.audit.groups", f"{group!r} is none of {', '.join(GROUPS)}"
            )
    place = "tool.soledoor.audit"
    return Configuration(
        roles=made,
        exclude=_texts(table, "exclude", place),
        made_in=_texts(table, "made_in", place),
        facades=_reasons(table, place),
        groups=groups,
        rules=_texts(table, "rules", place),
        where=Groups(_texts(table, "tests", place), _texts(table, "scripts", place)),
    )


def _role(table: object, number: int) -> Role:
    place = f"tool.soledoor.audit.roles[{number}]"
    if not isinstance(table, Mapping):
        raise AuditConfigurationError(place, "write a table with name, classes, methods and owner")
    name = table.get("name")
    if not isinstance(name, str) or not name.strip():
        raise AuditConfigurationError(f"{place}.name", 'give the role a name, such as "dispatcher"')
    _no_others(table, {each.name for each in fields(Role)}, f"{place} ({name})")
    for single in ("owner", "factory"):
        if not isinstance(table.get(single, ""), str):
            raise AuditConfigurationError(f"{place}.{single}", "write one name, as package.module.Class")
    many = ("classes", "methods", "bases", "made_in", "deprecated", "between")
    role = Role(
        name=name,
        owner=table.get("owner", ""),
        factory=table.get("factory", ""),
        facades=_reasons(table, place),
        **{each: _texts(table, each, place) for each in many},
    )
    if not (role.classes or role.methods or role.bases or role.owner):
        raise AuditConfigurationError(
            place, f"say what makes a class a {name}: classes, methods, bases or owner"
        )
    if role.between and len(role.between) != 2:
        raise AuditConfigurationError(f"{place}.between", "name the two roles that it stands between")
    return role


def _no_others(table: Mapping[str, Any], known: set[str], place: str) -> None:
    for key in table:
        if key not in known:
            raise AuditConfigurationError(
                f"{place}.{key}", f"is unknown; known are {', '.join(sorted(known))}"
            )


def _texts(table: Mapping[str, Any], key: str, place: str) -> tuple[str, ...]:
    value = table.get(key, ())
    if (
        isinstance(value, str)
        or not isinstance(value, Sequence)
        or not all(isinstance(v, str) for v in value)
    ):
        raise AuditConfigurationError(f"{place}.{key}", "write a list of texts")
    return tuple(value)


def _reasons(table: Mapping[str, Any], place: str) -> Mapping[str, str]:
    value = table.get("facades", {})
    if not isinstance(value, Mapping) or not all(isinstance(v, str) and v.strip() for v in value.values()):
        raise AuditConfigurationError(f"{place}.facades", 'write { "path/file.py" = "the reason" }')
    return dict(value)
