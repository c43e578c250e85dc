"""`soledoor chat`: in this process, against a server, and when it is interrupted."""

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from tests.adapters.cli.conftest import Cli
from tests.adapters.cli.processes import SCRIPT, Serving, environment, run, serving

PASSWORD = "correct horse battery"
QUESTION = "What is 17 % of 2,340, and what time is it in Tokyo?"
WAITING = '''
import anyio


async def brew_coffee() -> str:
    """Brew coffee in the kitchen."""
    await anyio.sleep_forever()
'''


def kinds(output: str) -> list[str]:
    return [json.loads(line)["type"] for line in output.splitlines()]


def test_one_shot_shows_the_tools_and_prints_the_answer_alone_on_standard_output(cli: Cli) -> None:
    result = cli("chat", QUESTION)
    assert result.exit_code == 0
    assert "397.8" in result.stdout
    assert "✓ calculate" in result.stderr
    assert "✓ current_time" in result.stderr
    assert "✓" not in result.stdout


def test_with_json_every_line_is_an_event_and_the_last_has_the_answer(cli: Cli) -> None:
    result = cli("chat", QUESTION, "--json")
    seen = kinds(result.stdout)
    assert (seen[0], seen[-1]) == ("agent_started", "agent_completed")
    assert seen.count("tool_executing") == seen.count("tool_completed") == 2
    assert "397.8" in json.loads(result.stdout.splitlines()[-1])["payload"]["result"]


def test_a_file_is_handed_over(cli: Cli, here: Path) -> None:
    rows = "".join(f"{city},{price}\n" for city, price in [("Oslo", 10), ("Rome", 30), ("Oslo", 20)])
    (here / "sales.csv").write_text(f"city,price\n{rows}")
    result = cli("chat", "--file", "sales.csv", "average price per city")
    assert result.exit_code == 0, result.stderr
    assert "15" in result.stdout
    assert "30" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["  "], "the question is empty"),
        (["hi", "--file", "none.csv"], "--file none.csv: there is no such file"),
        (["hi", "--agent", "nobody"], "agent: there is assistant, analyst"),
        (["hi", "--user", "ada"], "belong to --url"),
        (["hi", "--password-stdin"], "belong to --url"),
        (["hi", "--url", "127.0.0.1:8000"], "write it like http://"),
        (["hi", "--url", "http://127.0.0.1:1"], "needs a login"),
        (["hi", "--url", "http://127.0.0.1:1", "--user", "ada"], "use --password-stdin"),
    ],
)
def test_what_cannot_be_asked_is_told_in_one_line(arguments: list[str], words: str, cli: Cli) -> None:
    result = cli("chat", *arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert result.stderr.count("\n") == 1
    assert result.stdout == ""


def test_a_conversation_keeps_its_thread_until_a_new_one_is_begun(cli: Cli) -> None:
    lines = ["what is 6 * 7", "", "/help", "what is 2 + 2", "/new", "what is 1 + 1", "/quit", "never asked"]
    result = cli("chat", "--json", stdin="\n".join(lines) + "\n")
    events = [json.loads(line) for line in result.stdout.splitlines()]
    threads = [event["thread_id"] for event in events if event["type"] == "agent_completed"]
    assert result.exit_code == 0
    assert len(threads) == 3
    assert threads[0] == threads[1] != threads[2]


def test_a_refused_question_does_not_end_the_conversation(cli: Cli) -> None:
    result = cli("chat", "--agent", "nobody", stdin="hello\nhello again\n")
    assert result.exit_code == 0
    assert result.stderr.count("there is assistant, analyst") == 2


def test_the_end_of_input_ends_the_conversation(cli: Cli) -> None:
    assert cli("chat").exit_code == 0


def test_what_was_said_is_kept_for_the_local_user(cli: Cli) -> None:
    cli("chat", "add a note: buy bread")
    assert "buy bread" in cli("tools", "call", "notes_list").stdout


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """One server with a kitchen for the tests of this module."""
    place = tmp_path_factory.mktemp("server")
    (place / "kitchen.py").write_text(WAITING)
    with serving(cwd=place, env={"SOLEDOOR_TOOLS__MODULES": "kitchen"}) as running:
        body = {"code": running.lines[1].rpartition(" ")[2], "username": "ada", "password": PASSWORD}
        httpx2.post(f"{running.url}/auth/setup", json=body).raise_for_status()
        yield running


def as_ada(server: Serving) -> tuple[str, ...]:
    return ("--url", server.url, "--user", "ada", "--password-stdin")


@pytest.fixture
def token(server: Serving) -> str:
    login = httpx2.post(f"{server.url}/auth/login", json={"username": "ada", "password": PASSWORD})
    token: str = login.json()["token"]
    return token


def test_against_a_server_it_is_the_same(server: Serving, cli: Cli) -> None:
    done = cli("chat", QUESTION, *as_ada(server), stdin=PASSWORD)
    assert done.exit_code == 0, done.stderr
    assert "397.8" in done.stdout
    assert "✓ calculate" in done.stderr


def test_against_a_server_the_events_are_the_same(server: Serving, cli: Cli) -> None:
    seen = kinds(cli("chat", QUESTION, "--json", *as_ada(server), stdin=PASSWORD).stdout)
    assert (seen[0], seen[-1]) == ("agent_started", "agent_completed")
    assert seen.count("tool_executing") == seen.count("tool_completed") == 2


def test_a_token_from_the_environment_logs_in_and_a_file_is_uploaded(
    server: Serving, token: str, cli: Cli, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (here / "sales.csv").write_text("city,price\nOslo,10\nRome,30\nOslo,20\n")
    monkeypatch.setenv("SOLEDOOR_TOKEN", token)
    done = cli("chat", "average price per city", "--file", "sales.csv", "--url", server.url)
    assert done.exit_code == 0, done.stderr
    assert "15" in done.stdout


@pytest.mark.parametrize("secret", ["wrong password", "\x1b[31mwrong"])
def test_a_wrong_password_is_told_in_the_servers_words(secret: str, server: Serving, cli: Cli) -> None:
    done = cli("chat", "hi", *as_ada(server), stdin=secret)
    assert done.exit_code == 1
    assert "not_authenticated" in done.stderr
    assert secret not in done.stderr


def test_a_wrong_token_is_refused(server: Serving, cli: Cli) -> None:
    done = cli("chat", "hi", "--url", server.url, "--token", "nonsense")
    assert (done.exit_code, done.stdout) == (1, "")
    assert "401" in done.stderr


def test_an_unknown_agent_is_refused_in_the_servers_words(server: Serving, token: str, cli: Cli) -> None:
    done = cli("chat", "hi", "--agent", "nobody", "--url", server.url, "--token", token)
    assert done.exit_code == 1
    assert "there is assistant, analyst" in done.stderr


def test_a_file_that_the_server_refuses_is_told(server: Serving, token: str, cli: Cli, here: Path) -> None:
    (here / "large.csv").write_text("x" * 11_000_000)
    done = cli("chat", "hi", "--file", "large.csv", "--url", server.url, "--token", token)
    assert done.exit_code == 1
    assert "the server refuses" in done.stderr


def test_something_that_is_no_soledoor_is_told(server: Serving, cli: Cli) -> None:
    arguments = ("--url", f"{server.url}/nowhere", "--user", "ada", "--password-stdin")
    done = cli("chat", "hi", *arguments, stdin=PASSWORD)
    assert done.exit_code == 1
    assert done.stderr.count("\n") == 1


def interrupted(here: Path, *arguments: str, stdin: str = "") -> tuple[int, list[str]]:
    """Ask for coffee, press Ctrl-C while it is brewed, return exit code and event types."""
    process = subprocess.Popen(
        [str(SCRIPT), "chat", "brew coffee in the kitchen", "--json", *arguments],
        cwd=here,
        env=environment({"SOLEDOOR_TOOLS__MODULES": "kitchen"}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(stdin)
    process.stdin.close()
    seen = []
    with process.stdout:
        for line in process.stdout:
            seen.append(json.loads(line)["type"])
            if seen[-1] == "tool_executing":
                process.send_signal(signal.SIGINT)
    return process.wait(timeout=20), [kind for kind in seen if not kind.startswith("subagent")]


def test_ctrl_c_cancels_the_run_here_and_ends_with_130(here: Path) -> None:
    (here / "kitchen.py").write_text(WAITING)
    code, seen = interrupted(here)
    assert code == 130
    assert seen[-2:] == ["tool_completed", "agent_error"]


def test_ctrl_c_cancels_the_run_on_the_server_too(server: Serving, here: Path) -> None:
    code, seen = interrupted(here, *as_ada(server), stdin=PASSWORD + "\n")
    assert code == 130
    assert seen[-2:] == ["tool_completed", "agent_error"]


def test_an_account_made_beside_a_running_server_leaves_its_runs_alone(server: Serving, token: str) -> None:
    place = server.errors.parent
    with httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}) as ada:
        thread = ada.post("/api/threads", json={}).json()["thread_id"]
        message = {"content": "brew coffee in the kitchen"}
        asked = ada.post(f"/api/threads/{thread}/messages", json=message).json()
        made = run("user", "create", "bob", "--password-stdin", cwd=place, stdin=PASSWORD)
        assert made.returncode == 0, made.stderr
        assert ada.get(f"/api/runs/{asked['run_id']}").json()["status"] in {"queued", "running"}
        ada.post(f"/api/runs/{asked['run_id']}/cancel")
        bob = {"username": "bob", "password": PASSWORD}
        assert ada.post("/auth/login", json=bob).status_code == 200
