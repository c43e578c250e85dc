"""The order of runs, held against a simple model over random histories."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import TooMuch
from services.queueing import RunQueue


@dataclass(eq=False)
class Job:
    user_id: str
    thread_id: str


@given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from("xyz"), st.booleans()), max_size=60))
def test_threads_go_one_by_one_and_bounds_hold_in_every_history(history):
    queue: RunQueue[Job] = RunQueue(at_once=2, waiting=2)
    active: list[Job] = []
    waiting: list[Job] = []
    for user, thread, finish in history:
        if finish and active:
            job = active.pop(0)
            for started in queue.done(job):
                waiting.remove(started)
                active.append(started)
        else:
            job = Job(user, user + thread)
            try:
                queue.check(job)
            except TooMuch:
                refused = True
            else:
                refused = False
                (active if queue.add(job) else waiting).append(job)
            assert refused is False or sum(w.user_id == user for w in waiting) == 2
        for name in "ab":
            mine = [a for a in active if a.user_id == name]
            assert len(mine) <= 2
            assert len({a.thread_id for a in mine}) == len(mine)
            assert sum(w.user_id == name for w in waiting) <= 2


def test_a_waiting_run_that_is_taken_out_starts_nothing_of_itself():
    queue: RunQueue[Job] = RunQueue(at_once=1, waiting=2)
    first, second, third = Job("a", "x"), Job("a", "x"), Job("a", "y")
    assert [queue.add(job) for job in (first, second, third)] == [True, False, False]
    assert queue.done(second) == []
    assert queue.done(first) == [third]
    assert queue.done(third) == []
    with pytest.raises(KeyError):
        queue.done(third)
