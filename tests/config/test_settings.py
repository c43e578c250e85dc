"""Settings: where they come from, and what a wrong one is told."""

import json
import os
import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from config import example
from config.example import text
from config.reading import MASK, SettingsError, listing, read_settings, variable, walk
from config.settings import Settings

WITHOUT_DEFAULT = {
    "server.secure_cookie": "true",
    "auth.secret": "correct horse battery staple 4711 and more",
    "database.url": "sqlite:///x.db",
    "limits.memory_bytes": "1",
    "models.base_url": "http://127.0.0.1:1",
    "models.api_key": "k",
    "server.host": "127.0.0.1",
    "events.log": "memory",
    "models.name": "scripted",
    "logs.level": "info",
    "logs.format": "auto",
    "legacy.mode": "warn",
}
STRONG = "correct horse battery staple 4711 and more"


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("SOLEDOOR_")]:
        monkeypatch.delenv(name)


def written(folder: Path, content: str) -> Path:
    file = folder / "soledoor.toml"
    file.write_text(content, encoding="utf-8")
    return file


def told(**arguments: object) -> str:
    with pytest.raises(SettingsError) as caught:
        read_settings(**arguments)  # type: ignore[arg-type]
    return str(caught.value)


def test_a_data_directory_is_all_that_settings_need(tmp_path: Path) -> None:
    assert Settings(data=tmp_path).data == tmp_path


def test_an_argument_beats_the_environment_beats_the_file_beats_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, '[server]\nhost = "10.0.0.1"\nport = 1\nbody_bytes = 1')
    monkeypatch.setenv("SOLEDOOR_SERVER__PORT", "2")
    monkeypatch.setenv("SOLEDOOR_SERVER__HOST", "10.0.0.2")
    server = read_settings(file, server={"host": "10.0.0.3"}).server
    assert (server.host, server.port, server.body_bytes) == ("10.0.0.3", 2, 1)
    assert server.drain_seconds == 10


def test_the_file_may_be_named_by_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLEDOOR_CONFIG", str(written(tmp_path, "[limits]\nconcurrent_runs = 3")))
    assert read_settings().limits.concurrent_runs == Settings().limits.concurrent_runs == 3


def test_an_option_names_another_file_than_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLEDOOR_CONFIG", str(tmp_path / "missing.toml"))
    assert read_settings(written(tmp_path, "[server]\nport = 5")).server.port == 5


@pytest.mark.parametrize("name", [name for name, _, _ in walk(Settings()) if name != "data"])
def test_every_setting_has_its_own_environment_variable(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    default = {name: value for name, value, _ in walk(Settings())}[name]
    monkeypatch.setenv(variable(name), WITHOUT_DEFAULT.get(name) or json.dumps(default))
    origins = {setting.name: setting.origin for setting in listing(read_settings())}
    assert origins[name] == variable(name)


def test_the_documented_variable_sets_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLEDOOR_LIMITS__MESSAGES_PER_MINUTE", "1000")
    monkeypatch.setenv("soledoor_data", "elsewhere")
    settings = read_settings()
    assert (settings.limits.messages_per_minute, settings.data) == (1000, Path("elsewhere"))


@pytest.mark.parametrize("value", ["one,two", " one , two ", '["one", "two"]'])
def test_a_list_in_the_environment_is_written_with_commas_or_as_json(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOLEDOOR_TOOLS__MODULES", value)
    assert read_settings().tools.modules == ("one", "two")


def test_a_wrong_value_is_told_with_its_name_the_cure_and_its_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLEDOOR_SERVER__PORT", "99999")
    line = told()
    assert "server.port should be less than or equal to 65535" in line
    assert "SOLEDOOR_SERVER__PORT" in line


def test_a_wrong_value_in_a_file_is_told_with_the_file(tmp_path: Path) -> None:
    file = written(tmp_path, '[limits]\nconcurrent_calls = "many"')
    line = told(config=file)
    assert "limits.concurrent_calls" in line
    assert str(file) in line


def test_all_wrong_values_are_told_at_once(tmp_path: Path) -> None:
    line = told(config=written(tmp_path, "[limits]\nconcurrent_calls = 0\nring_events = -1"))
    assert "limits.concurrent_calls" in line
    assert "limits.ring_events" in line


def test_an_unknown_setting_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    line = told(config=written(tmp_path, "[limits]\nmesages_per_minute = 3"))
    assert "limits.mesages_per_minute is no setting; did you mean limits.messages_per_minute?" in line


def test_an_unknown_variable_is_told_with_the_nearest_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLEDOOR_SERVER__PROT", "1")
    assert "SOLEDOOR_SERVER__PROT is no setting; did you mean SOLEDOOR_SERVER__PORT?" in told()


def test_a_variable_that_resembles_nothing_points_to_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLEDOOR_XYZZY", "1")
    assert "config/example.toml" in told()


def test_a_table_that_is_no_json_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLEDOOR_SERVER", '{"port"')
    assert "server" in told()
    assert "JSON" in told()


def test_a_file_that_is_missing_is_told(tmp_path: Path) -> None:
    assert "nowhere.toml cannot be read: No such file" in told(config=tmp_path / "nowhere.toml")


@pytest.mark.parametrize("content", [b"[limits", b"\xff\xfe"])
def test_a_file_that_is_no_toml_is_told(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "soledoor.toml"
    file.write_bytes(content)
    assert "is not valid TOML" in told(config=file)


@pytest.mark.parametrize("secret", ["changeme", "short but random 4711", "a" * 64, "ab" * 40])
def test_a_weak_secret_is_refused_and_not_repeated(secret: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLEDOOR_AUTH__SECRET", secret)
    line = told()
    assert "auth.secret is weak: use at least 32 random characters" in line
    assert secret not in line


def test_a_strong_secret_is_taken_and_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLEDOOR_AUTH__SECRET", STRONG)
    settings = read_settings()
    shown = {setting.name: setting.value for setting in listing(settings)}
    assert shown["auth.secret"] == MASK
    assert STRONG not in repr(settings) + repr(shown)


def test_settings_do_not_change_after_reading() -> None:
    with pytest.raises(ValidationError):
        Settings().server.port = 1


def test_each_setting_is_listed_with_its_origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = written(tmp_path, "[server]\nport = 3\nbody_bytes = 7")
    monkeypatch.setenv("SOLEDOOR_SERVER__PORT", "4")
    monkeypatch.setenv("SOLEDOOR_LOGS", '{"level": "error"}')
    settings = read_settings(file, data=tmp_path)
    origins = {setting.name: setting.origin for setting in listing(settings, file, data=tmp_path)}
    assert origins["data"] == "argument"
    assert origins["server.port"] == "SOLEDOOR_SERVER__PORT"
    assert origins["server.body_bytes"] == str(file)
    assert origins["server.host"] == "default"
    assert origins["logs.level"] == "SOLEDOOR_LOGS"


def test_every_setting_has_a_sentence() -> None:
    assert [name for name, _, description in walk(Settings()) if not description] == []


def test_the_example_file_equals_the_settings() -> None:
    kept = Path(__file__).parents[2] / "config" / "example.toml"
    assert kept.read_text(encoding="utf-8") == text()


def test_the_example_file_read_as_settings_changes_nothing(tmp_path: Path) -> None:
    values = tomllib.loads(text())
    assert read_settings(written(tmp_path, text())).model_dump() == Settings().model_dump()
    assert values["server"]["port"] == 8000


def test_the_example_writes_values_as_toml_has_them() -> None:
    values = (Path("a b"), 5.0, 0.5, True, ("x",))
    assert [example.written(value) for value in values] == ['"a b"', "5", "0.5", "true", '["x"]']
