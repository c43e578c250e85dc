"""`soledoor serve`: what it prints, how it stops, and what it says when it cannot start."""

import signal
import socket
from pathlib import Path

import httpx2
import pytest

from adapters.cli.welcome import way_in
from config.settings import Settings
from containers import bootstrap
from tests.adapters.cli.conftest import Cli
from tests.adapters.cli.processes import READY, SCRIPT, Serving, run, serving

WEAK = "changeme"


def stopped(server: Serving, number: signal.Signals) -> str:
    """Send the signal; return what was printed after the first lines."""
    server.process.send_signal(number)
    rest, _ = server.process.communicate(timeout=20)
    assert server.process.returncode == 0
    assert "Traceback" not in server.errors.read_text()
    return rest


def test_without_any_account_it_is_ready_and_a_code_makes_the_first_admin_once(here: Path) -> None:
    with serving(cwd=here) as server:
        assert server.lines[0].startswith(f"{READY}http://127.0.0.1:")
        assert httpx2.get(f"{server.url}/readyz").status_code == 200
        code = server.lines[1].rpartition(" ")[2]
        body = {"code": code, "username": "ada", "password": "correct horse battery"}
        assert httpx2.post(f"{server.url}/auth/setup", json=body).json()["user"]["roles"] == ["admin", "user"]
        again = httpx2.post(f"{server.url}/auth/setup", json=body | {"username": "eve"})
        assert again.status_code in {401, 409}
        assert stopped(server, signal.SIGTERM) == ""
        assert code not in server.errors.read_text()
    assert (here / "data").is_dir()


def test_the_demo_link_logs_in_once_and_is_in_no_log(here: Path) -> None:
    with serving("--demo", cwd=here) as server:
        link = server.lines[1].rpartition(" ")[2]
        with httpx2.Client(follow_redirects=True) as browser:
            assert browser.get(link).url.path == "/"
            me = browser.get(f"{server.url}/api/me").json()
        assert (me["name"], me["roles"]) == ("demo", ["admin", "user"])
        assert httpx2.get(link).status_code == 401
        assert stopped(server, signal.SIGINT) == ""
        code = link.partition("code=")[2]
        assert len(code) > 20
        assert code not in server.errors.read_text()


async def test_the_demo_user_is_made_once_and_an_account_makes_the_code_needless(here: Path) -> None:
    async with bootstrap(Settings(data=here / "data")) as application:
        assert len(await way_in(application, "http://x", demo=False)) == 1
        first = await way_in(application, "http://x", demo=True)
        again = await way_in(application, "http://x", demo=True)
        assert first != again
        assert await application.accounts.count() == 1
        assert await way_in(application, "http://x", demo=False) == []


def refused(cli: Cli, *arguments: str | Path) -> str:
    """Return the one line of a start that is refused."""
    result = cli("serve", "--port", "0", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    line = result.stderr.splitlines()[-1]
    assert line.startswith("soledoor: ")
    return line


def test_a_start_that_is_refused_prints_one_line_and_ends_with_exit_code_2(here: Path) -> None:
    done = run("serve", "--port", "0", cwd=here, env={"SOLEDOOR_AUTH__SECRET": WEAK})
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "auth.secret is weak" in done.stderr
    assert WEAK not in done.stderr


def test_a_port_in_use_is_named(cli: Cli) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = refused(cli, "--port", str(port))
    assert str(port) in line
    assert "in use" in line


def test_a_host_that_is_not_ours_is_named(cli: Cli) -> None:
    assert "192.0.2.1" in refused(cli, "--host", "192.0.2.1")


def test_a_wrong_setting_is_named_with_its_origin(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOLEDOOR_LIMITS__CONCURRENT_RUNS", "many")
    assert "limits.concurrent_runs" in refused(cli)
    assert "SOLEDOOR_LIMITS__CONCURRENT_RUNS" in refused(cli)


def test_a_settings_file_that_is_not_there_is_named(cli: Cli) -> None:
    assert "missing.toml cannot be read" in refused(cli, "--config", "missing.toml")


def test_workers_that_would_share_nothing_are_refused(cli: Cli) -> None:
    assert "set database.url to a PostgreSQL URL" in refused(cli, "--workers", "2")


def test_a_data_directory_that_is_a_file_is_named(cli: Cli, here: Path) -> None:
    (here / "taken").write_text("")
    assert "taken is a file" in refused(cli, "--data", "taken")


def test_a_data_directory_without_a_parent_is_named(cli: Cli) -> None:
    assert "has no parent directory" in refused(cli, "--data", "no/where")


def test_a_database_that_is_none_is_named(cli: Cli, here: Path) -> None:
    (here / "data").mkdir()
    (here / "data" / "soledoor.db").write_text("no database, but long enough to be read as one" * 40)
    assert "is not a database" in refused(cli)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, "cannot be found"),
        ("def broken(:\n", "syntax error in line 1"),
        ("raise RuntimeError('no key')\n", "no key"),
        ("def f(x: 'Nowhere') -> str:\n    return 'y'\n", "Nowhere"),
    ],
)
def test_a_broken_tool_module_is_named(
    code: str | None, words: str, cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"broken_{abs(hash(str(here)))}"
    if code is not None:
        (here / f"{name}.py").write_text(code)
    monkeypatch.setenv("SOLEDOOR_TOOLS__MODULES", name)
    line = refused(cli)
    assert words in line
    assert name in line


def test_the_demo_is_refused_where_others_could_reach_it(cli: Cli, here: Path) -> None:
    assert "--demo" in refused(cli, "--demo", "--host", "0.0.0.0")
    assert not (here / "data").exists()


@pytest.mark.parametrize("name", ["config", "services", "adapters", "containers"])
def test_a_package_that_shadows_ours_is_named(name: str, here: Path) -> None:
    package = here / "elsewhere" / name
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise SystemExit('the wrong one was imported')\n")
    done = run("serve", "--port", "0", cwd=here, env={"PYTHONPATH": str(package.parent)}, program=SCRIPT)
    line = done.stderr
    assert (done.returncode, done.stdout, line.count("\n")) == (2, "", 1)
    assert f"the package {name!r} is shadowed" in line
    assert str(package) in line


def test_a_folder_beside_the_command_shadows_nothing(here: Path) -> None:
    (here / "config").mkdir()
    (here / "config" / "__init__.py").write_text("raise SystemExit('the wrong one was imported')\n")
    assert run("version", cwd=here, program=SCRIPT).returncode == 0


def test_with_reload_a_changed_tool_is_served_anew_on_the_same_port(here: Path) -> None:
    tool = here / "my_tools.py"
    tool.write_text('def shout(text: str) -> str:\n    """Shout."""\n    return text.upper()\n')
    env = {"SOLEDOOR_TOOLS__MODULES": "my_tools"}
    with serving("--reload", "--demo", cwd=here, env=env) as server:
        tool.write_text('def whisper(text: str) -> str:\n    """Whisper."""\n    return text.lower()\n')
        assert server.process.stdout is not None
        assert server.process.stdout.readline().strip() == server.lines[0]
        link = server.process.stdout.readline().rpartition(" ")[2].strip()
        with httpx2.Client(follow_redirects=True) as browser:
            browser.get(link)
            names = [tool["name"] for tool in browser.get(f"{server.url}/api/tools").json()["tools"]]
        assert "whisper" in names
        assert "shout" not in names


def test_with_reload_a_start_that_is_refused_ends_with_exit_code_2(here: Path) -> None:
    done = run("serve", "--port", "0", "--reload", cwd=here, env={"SOLEDOOR_TOOLS__MODULES": "missing"})
    assert done.returncode == 2
    assert "missing" in done.stderr
