"""Reading settings: which file is meant, where each value came from, and how a wrong one is reported.

``Settings()`` alone raises pydantic's errors; people at a terminal get one line from here instead.
"""

import difflib
import os
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError
from pydantic_settings import SettingsConfigDict
from pydantic_settings import SettingsError as SourceError

from config.settings import Settings
from config.urls import without_password

PREFIX = "SOLEDOOR_"
OTHER_VARIABLES = frozenset({"SOLEDOOR_CONFIG", "SOLEDOOR_ENV", "SOLEDOOR_TOKEN"})
MASK = "********"


class SettingsError(ValueError):
    """The settings cannot be used. ``problems`` holds one sentence each, naming the setting and the cure."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__(problems)

    def __str__(self) -> str:
        return "settings: " + "; ".join(self.problems)


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting as it stands, a secret masked; ``origin`` is argument, a variable, a file or default."""

    name: str
    value: Any
    origin: str
    description: str


def read_settings(config: Path | None = None, **arguments: Any) -> Settings:
    """Return the settings. ``config`` takes the place of ``SOLEDOOR_CONFIG``; a None argument is not given.

    Raises ``SettingsError`` for a file that cannot be read, an unknown name and a value that does not fit.
    """
    file = config_file(config)
    _refuse_unknown_variables()
    given = {name: value for name, value in arguments.items() if value is not None}
    if file is not None:
        _load(file)
    try:
        return _bound_to(file)(**given)
    except ValidationError as error:
        raise SettingsError([_sentence(problem, file) for problem in error.errors()]) from None
    except SourceError as error:
        raise SettingsError([f"{error}: a list or table in the environment must be valid JSON"]) from None


def config_file(config: Path | None = None) -> Path | None:
    """Return the configuration file that is meant, None for none."""
    named = os.environ.get("SOLEDOOR_CONFIG")
    return config or (Path(named) if named else None)


def listing(settings: Settings, config: Path | None = None, **arguments: Any) -> list[Setting]:
    """Return every setting with its origin, secrets masked, in the order of the file."""
    file = config_file(config)
    written = _load(file) if file is not None else {}
    return [
        Setting(name, _shown(value), _origin(name, written, file, arguments), description)
        for name, value, description in walk(settings)
    ]


def walk(settings: Settings) -> Iterator[tuple[str, Any, str]]:
    """Yield dotted name, value and description of every setting."""
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        if not isinstance(value, BaseModel):
            yield name, value, field.description or ""
            continue
        for inner, inner_field in type(value).model_fields.items():
            yield f"{name}.{inner}", getattr(value, inner), inner_field.description or ""


def variable(name: str) -> str:
    """Return the environment variable of a dotted setting."""
    return PREFIX + name.replace(".", "__").upper()


def _bound_to(file: Path | None) -> type[Settings]:
    # pydantic-settings takes the file's name from the class: a file named by an argument needs its own class.
    return type("Settings", (Settings,), {"model_config": SettingsConfigDict(toml_file=file)})


def _load(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise SettingsError([f"{file} cannot be read: {error.strerror or error}"]) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError([f"{file} is not valid TOML: {error}"]) from None


def _refuse_unknown_variables() -> None:
    sections = tuple(variable(name) for name in Settings.model_fields)
    known = OTHER_VARIABLES | {variable(name) for name, _, _ in walk(Settings.model_construct())}
    for name in sorted(os.environ):
        upper = name.upper()
        if upper.startswith(PREFIX) and upper not in {*known, *sections}:
            guess = _guess(upper.removeprefix(PREFIX), {each.removeprefix(PREFIX) for each in known}, PREFIX)
            raise SettingsError([f"the environment variable {name} is no setting{guess}"])


def _sentence(problem: Any, file: Path | None) -> str:
    name = ".".join(str(part) for part in problem["loc"] if not isinstance(part, int))
    message = problem["msg"].removeprefix("Value error, ").removeprefix("Input ")
    known = {setting for setting, _, _ in walk(Settings.model_construct())}
    if problem["type"] == "extra_forbidden":
        return f"{name} is no setting{_guess(name, known)}"
    place = variable(name) if variable(name) in {key.upper() for key in os.environ} else file
    return f"{name} {message}" + (f" (set by {place})" if place else "")


def _guess(name: str, known: set[str], prefix: str = "") -> str:
    near = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean {prefix}{near[0]}?" if near else "; config/example.toml lists them all"


def _origin(name: str, written: Mapping[str, Any], file: Path | None, arguments: Mapping[str, Any]) -> str:
    section, _, inner = name.partition(".")
    if _holds(arguments, section, inner):
        return "argument"
    in_environment = {key.upper() for key in os.environ}
    for candidate in (variable(name), variable(section)):
        if candidate in in_environment:
            return candidate
    return str(file) if _holds(written, section, inner) else "default"


def _holds(source: Mapping[str, Any], section: str, inner: str) -> bool:
    value = source.get(section)
    return value is not None and (not inner or (isinstance(value, Mapping) and inner in value))


def _shown(value: Any) -> Any:
    if isinstance(value, SecretStr):
        return MASK
    if isinstance(value, str):
        return without_password(value, MASK)
    return str(value) if isinstance(value, Path) else value
