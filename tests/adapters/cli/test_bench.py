"""`bench`: what it refuses, what it prints, and a whole measurement with servers of its own."""

import json
from collections import Counter

import pytest

from adapters.bench.findings import Findings
from adapters.bench.plan import Plan
from adapters.bench.report import report
from adapters.bench.tally import Latencies, Tally
from adapters.cli.bench_screen import shown
from adapters.cli.bench_wish import Wish
from adapters.cli.refusals import Stop
from tests.adapters.cli.processes import run


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--url", "localhost:8000", "--user", "ada"], "--url localhost:8000: write it like http://"),
        (["--url", "http://127.0.0.1:1"], "--url needs a login: --user NAME"),
        (
            ["--url", "http://127.0.0.1:1", "--user", "ada", "--kills", "3"],
            "--kills: only servers that are started",
        ),
        (["--url", "http://127.0.0.1:1", "--user", "ada", "--replicas", "2"], "leave --url out"),
        (["--url", "http://127.0.0.1:1", "--user", "ada"], "use --password-stdin"),
        (["--user", "ada"], "--user and --password-stdin belong to --url"),
        (["--set", "limits.kept_event=1"], "such as limits.kept_events"),
        (["--set", "limits.kept_events"], "--set limits.kept_events: write NAME=VALUE"),
        (["--replicas", "2", "--set", "events.log=memory"], "the event log 'memory' is not shared"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(cli, arguments, said):
    result = cli("bench", "chaos", *arguments)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_each_named_user_needs_a_password(cli):
    named = ["--url", "http://127.0.0.1:1", "--user", "ada", "--user", "bob", "--user", "eve"]
    result = cli("bench", "chaos", *named, "--password-stdin", stdin="one\ntwo\n")
    assert result.exit_code == 2
    assert "2 passwords for 3 users" in result.stderr


def test_a_server_that_is_not_there_is_named(cli):
    named = ["--url", "http://127.0.0.1:1", "--user", "ada", "--user", "bob", "--password-stdin"]
    result = cli("bench", "throughput", *named, stdin="one\n")
    assert result.exit_code == 1
    assert "http://127.0.0.1:1: it cannot be reached" in result.stderr


def wish(*pairs: str, **named: str | None) -> Wish:
    return Wish(
        Plan(), (), (), False, 1, pairs, {name.replace("_", "."): value for name, value in named.items()}
    )


def test_settings_of_the_servers_come_from_the_plan_then_options_then_pairs():
    settings = wish("limits.kept_events=5", "tools.builtin=true", database_url="sqlite:///x.db").settings()
    assert settings["database.url"] == "sqlite:///x.db"
    assert settings["limits.kept_events"] == "5"
    assert settings["tools.builtin"] == "true"
    assert settings["tools.modules"] == "adapters.bench.tools"
    assert "database.url" not in wish(database_url=None).settings()
    with pytest.raises(Stop):
        wish("nothing.there=1").settings()


def test_percentiles_are_those_of_all_values():
    latencies = Latencies()
    assert latencies.summary() == {"count": 0, "p50": None, "p99": None, "max": None}
    for milliseconds in range(101, 0, -1):
        latencies.add(milliseconds / 1000)
    assert latencies.summary() == {"count": 101, "p50": 51.0, "p99": 100.0, "max": 101.0}


@pytest.mark.timeout(180)
def test_a_server_that_is_killed_comes_back_and_the_verdict_is_the_exit_code(here):
    """A whole measurement: accounts, servers of its own, load, cuts, kill -9, calm, JSON."""
    options = ["--users", "1", "--seconds", "3", "--pace", "30", "--cuts", "0.5", "--kills", "1", "--json"]
    done = run("bench", "chaos", *options, cwd=here, seconds=170)
    figures = json.loads(done.stdout)
    assert (done.returncode, figures["faults"]) == (0, []), done.stderr
    assert figures["kills"] >= 1
    assert figures["events_sent"] > 0
    assert figures["reconnects"] >= 2
    assert figures["runs"]["accepted"] == figures["runs"]["ended"]
    assert list(here.iterdir()) == [], "nothing is left behind"


def test_the_figures_are_readable_and_faults_are_named():
    findings, tally = Findings(), Tally(cuts=7, closes=Counter({"4002": 1}))
    clean = shown(report([], Findings(), tally, 1.0, partial=False))
    findings.add("lost", "ada/1", "e:\x1b[1m7 to 7")
    text = shown(report([], findings, tally, 1.0, partial=False))
    assert "7 cuts, 0 kills, 0 reconnects" in text
    assert "closes      1 4002" in text
    assert "lost        1\n" in text
    assert "lost: ada/1: e:\\x1b[1m7 to 7" in text
    assert text.endswith("Not every promise was kept.")
    assert clean.endswith("Not every promise was kept."), "where no event came, nothing was proven"
    assert "not judged" in shown(report([], findings, tally, 1.0, partial=True))
