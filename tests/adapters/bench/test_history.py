"""The checker sees what it is there for: each planted fault is found once, and named."""

from itertools import count
from typing import Any

import pytest

from adapters.bench.findings import Findings
from adapters.bench.history import History, UserHistory
from adapters.bench.line import Arrival, Line

OWN, OTHER = "canary-" + "a" * 16, "canary-" + "b" * 16


class Story:
    """A user's log as a server would tell it, and the history of one socket that was told."""

    def __init__(self, readers: int = 1) -> None:
        self.findings = Findings()
        self.user = UserHistory("u1", OWN.encode(), readers)
        self.history = History(self.user, self.findings, "u1/1")
        self.seqs = count(1)
        self.hello(0, resumed=False)

    def hello(self, head: int, *, resumed: bool = True, epoch: str = "e") -> None:
        message = {"user_id": "u1", "epoch": epoch, "head": head, "resumed": resumed}
        self.history.hello(message)

    def gap(self, first: int, last: int, reason: str = "trimmed") -> None:
        self.history.gap({"from": first, "to": last, "reason": reason})

    def run(self, run_id: str, length: int = 3) -> list[dict[str, Any]]:
        kinds = ["agent_started", *["agent_thinking"] * (length - 2), "agent_completed"]
        return [event(next(self.seqs), run_id, n, kind) for n, kind in enumerate(kinds, 1)]

    def take(self, *events: dict[str, Any]) -> "Story":
        for each in events:
            self.history.take(each)
        return self

    def found(self, head: int | None = None, epoch: str = "e") -> dict[str, int]:
        if head is None:
            self.history.finish()
        else:
            self.history.finish(epoch, head)
        return {kind: times for kind, times in self.findings.counts.items() if times}


def event(seq: int, run_id: str, run_seq: int, kind: str = "agent_thinking", **more: Any) -> dict[str, Any]:
    return {
        "type": kind,
        "user_id": "u1",
        "epoch": "e",
        "seq": seq,
        "run_id": run_id,
        "run_seq": run_seq,
        **more,
    }


def test_a_whole_history_is_clean_and_counted():
    story = Story()
    story.take(*story.run("r1"), *story.run("r2"))
    assert story.found(head=6) == {}
    assert (story.history.taken, story.user.sent, story.history.ended) == (6, 6, {"r1", "r2"})


def test_a_lost_event_is_named_by_its_place():
    story = Story()
    first, _, last = story.run("r1")
    assert story.take(first, last).found(head=3) == {"lost": 1}
    assert str(story.findings.named[0]) == "lost: u1/1: e:2 to 2"


def test_a_lost_tail_is_lost_although_nothing_came_after_it():
    story = Story()
    assert story.take(*story.run("r1")[:1]).found(head=3) == {"lost": 2}
    assert story.findings.named[0].what == "e:2 to 3"


def test_an_event_that_never_came_into_the_log_is_missing_in_its_run():
    story = Story()
    assert story.take(event(1, "r1", 1), event(2, "r1", 3)).found(head=2) == {"lost": 1}
    assert "no place in the log: 2 to 2 of r1" in story.findings.named[0].what


def test_a_run_that_lacks_its_beginning_is_found():
    story = Story()
    assert story.take(event(1, "r1", 2), event(2, "r1", 3)).found(head=2) == {"lost": 1}


def test_an_event_taken_twice_is_duplicated():
    story = Story()
    run = story.run("r1")
    assert story.take(*run[:2], run[1], run[2]).found(head=3) == {"duplicated": 1}
    assert story.findings.named[0].what == "e:2 agent_thinking 2 of r1"


def test_an_event_with_two_places_in_the_log_is_duplicated():
    story = Story()
    run = [event(1, "r1", 1), event(2, "r1", 2), event(3, "r1", 2)]
    assert story.take(*run).found(head=3) == {"duplicated": 1}


def test_two_events_that_change_places_are_reordered_and_none_is_lost():
    story = Story()
    first, second, third = story.run("r1")
    assert story.take(first, third, second).found(head=3) == {"reordered": 1}


def test_events_of_a_run_out_of_their_order_in_the_log_are_reordered():
    story = Story()
    run = [event(1, "r1", 1), event(2, "r1", 3), event(3, "r1", 2)]
    assert story.take(*run).found(head=3) == {"reordered": 1}


def test_an_event_after_the_end_of_its_run_is_reordered():
    story = Story()
    story.take(*story.run("r1"), event(4, "r1", 4))
    assert story.found(head=4) == {"reordered": 1}


def test_sockets_that_see_different_events_at_one_place_are_reordered():
    story = Story(readers=2)
    other = History(story.user, story.findings, "u1/2")
    other.hello({"user_id": "u1", "epoch": "e", "head": 0, "resumed": False})
    story.take(event(1, "r1", 1))
    other.take(event(1, "r2", 1))
    assert story.found(head=1) == {"reordered": 1}
    assert story.findings.named[0].reader == "u1/2"


def test_an_event_of_another_user_is_foreign():
    story = Story()
    story.take(event(1, "r1", 1) | {"user_id": "u2"})
    assert story.findings.counts == {"foreign": 1}
    assert "of user u2" in story.findings.named[0].what


def test_another_users_word_in_anything_is_foreign_and_ones_own_is_counted():
    story = Story()
    story.history.screen(f'{{"payload": "{OWN} and {OWN}"}}'.encode())
    assert (story.found(), story.user.canaries) == ({}, 2)
    story.history.screen(f'{{"type": "error", "detail": "{OTHER}"}}'.encode())
    assert story.findings.counts == {"foreign": 1}


def test_a_resumed_connection_that_goes_on_is_clean():
    story = Story()
    first, *rest = story.run("r1")
    story.take(first)
    story.hello(3)
    assert story.take(*rest).found(head=3) == {}


def test_a_connection_that_was_not_resumed_has_lost_what_lies_between():
    story = Story()
    story.take(*story.run("r1")[:1])
    story.hello(3, resumed=False)
    assert story.take(*story.run("r2")).found() == {"lost": 2}


def test_a_gap_that_is_told_exactly_is_no_loss():
    story = Story()
    first, _, last = story.run("r1")
    story.take(first)
    story.hello(2, resumed=False)
    story.gap(2, 2)
    assert story.take(last).found(head=3) == {}
    assert (story.history.gaps, story.history.told_missing) == ({"trimmed": 1}, 1)


def test_a_gap_that_tells_less_than_is_missing_leaves_a_loss():
    story = Story()
    run = story.run("r1", 5)
    story.take(run[0])
    story.hello(4, resumed=False)
    story.gap(2, 3)
    assert story.take(run[4]).found(head=5) == {"lost": 1}


@pytest.mark.parametrize(("epoch", "head"), [("new", 7), ("e", 1)])
def test_a_position_that_moves_without_a_word_is_a_loss(epoch, head):
    story = Story()
    story.take(*story.run("r1"))
    story.hello(head, resumed=False, epoch=epoch)
    assert story.found(head, epoch) == {"lost": 1}
    assert "no gap said so" in story.findings.named[0].what


@pytest.mark.parametrize(("epoch", "head", "reason"), [("new", 7, "epoch"), ("e", 1, "ahead")])
def test_a_log_that_began_anew_and_said_so_is_no_loss(epoch, head, reason):
    story = Story()
    story.take(*story.run("r1"))
    story.hello(head, resumed=False, epoch=epoch)
    story.gap(1, head, reason)
    story.take(event(head + 1, "r9", 4) | {"epoch": epoch})
    assert story.found(head + 1, epoch) == {}
    assert story.history.gaps == {reason: 1}


def test_the_end_of_a_run_may_come_as_state_after_a_gap():
    story = Story()
    story.take(*story.run("r1")[:1])
    story.hello(9, resumed=False, epoch="new")
    story.gap(1, 9, "epoch")
    story.history.replayed({"type": "agent_error", "run_id": "r1"})
    assert story.found(9, "new") == {}
    assert story.history.ended == {"r1"}


def test_a_run_that_was_under_way_at_the_first_hello_may_go_on_in_the_middle():
    story = Story()
    story.history.replayed({"type": "agent_started", "run_id": "r1"})
    assert story.take(event(1, "r1", 5), event(2, "r1", 6)).found(head=2) == {}


def test_a_line_knows_what_is_missing_late_and_repeated():
    line = Line(10)
    assert [line.put(n) for n in (11, 15, 13, 13, 11)] == [
        Arrival.NEXT, Arrival.NEXT, Arrival.LATE, Arrival.REPEATED, Arrival.REPEATED,
    ]  # fmt: skip
    assert (line.missing, list(line.ranges())) == (2, [(12, 12), (14, 14)])
