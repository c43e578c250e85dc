"""The contract of every run store."""

from dataclasses import replace

import anyio
import pytest

from services.errors import Conflict, InvalidInput, NotFound, Superseded, TooMuch
from services.ports.events import Place
from services.ports.run_store import RunStore
from services.ports.runs import NewRun, Page, Run, RunError, RunStatus, Thread, Told, Turns
from tests.contracts.storage.conftest import HandClock

FIRST = NewRun("r1", "ann", "m1", "What is 6 * 7?", new_thread_id="t1", agent="analyst", files=("f1", "f2"))


MANY, NONE = Turns(at_once=100, waiting=100), Turns(at_once=0, waiting=100)


async def accept(runs: RunStore, new: NewRun, turns: Turns = MANY, owner: str = "here") -> tuple[Run, bool]:
    return await runs.accept(new, owner, turns)


async def end(runs: RunStore, user: str, run_id: str, status: RunStatus = RunStatus.CANCELLED) -> bool:
    return await runs.finish(user, run_id, status, fence=1)


def numbered(number: int, thread: str | None = None) -> NewRun:
    own = None if thread else f"t{number}"
    return NewRun(f"r{number}", "ann", f"m{number}", f"question {number}", thread, own or "")


async def test_a_message_starts_a_queued_run_in_a_thread_named_by_its_words(
    runs: RunStore, clock: HandClock
) -> None:
    run, new = await accept(runs, FIRST, NONE)
    assert new
    assert run == await runs.run("ann", "r1") == await runs.find_message("ann", "m1")
    assert (run.status, run.created_at, run.thread_id) == (RunStatus.QUEUED, clock.now(), "t1")
    assert (run.agent, run.files, run.answer, run.started_at) == ("analyst", ("f1", "f2"), None, None)
    assert [thread.title for thread in (await runs.threads("ann")).items] == ["What is 6 * 7?"]
    [message] = (await runs.messages("ann", "t1")).items
    assert (message.message_id, message.role, message.content) == ("m1", "user", "What is 6 * 7?")


@pytest.mark.parametrize(
    ("content", "title"),
    [
        ("  two\n words ", "two words"),
        ("word " * 20, "word word word word word word word word word word word word…"),
        ("x" * 100, "x" * 59 + "…"),
        (" \n", "New thread"),
    ],
)
async def test_a_title_is_one_short_line(runs: RunStore, content: str, title: str) -> None:
    await accept(runs, replace(FIRST, content=content))
    assert (await runs.threads("ann")).items[0].title == title


async def test_a_message_sent_again_is_the_first_run_whatever_it_says_now(runs: RunStore) -> None:
    first, _ = await accept(runs, FIRST)
    for again in (
        replace(FIRST, run_id="r2", content="other", new_thread_id="t2"),
        replace(FIRST, run_id="r3", thread_id="no such thread"),
        replace(FIRST, run_id="r4", thread_id="t1"),
    ):
        assert await accept(runs, again) == (first, False)
    assert len((await runs.threads("ann")).items) == 1
    assert len((await runs.messages("ann", "t1")).items) == 1


async def test_two_calls_with_one_message_start_one_run(runs: RunStore) -> None:
    results: list[tuple[str, bool]] = []

    async def send(number: int) -> None:
        run, new = await accept(runs, replace(FIRST, run_id=f"r{number}", new_thread_id=f"t{number}"))
        results.append((run.run_id, new))

    async with anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon(send, number)
    assert sorted(new for _, new in results) == [False] * 19 + [True]
    assert len({run_id for run_id, _ in results}) == 1
    assert len((await runs.threads("ann")).items) == 1


async def test_two_users_may_use_the_same_ids_and_never_meet(runs: RunStore) -> None:
    await accept(runs, FIRST)
    _, new = await accept(runs, replace(FIRST, user_id="bob", content="Bob's"))
    assert new
    await runs.finish("bob", "r1", RunStatus.COMPLETED, fence=1, answer="Bob's answer", answer_id="a1")
    assert (await runs.run("ann", "r1")).status is RunStatus.RUNNING
    assert [m.content for m in (await runs.messages("ann", "t1")).items] == ["What is 6 * 7?"]
    assert [m.content for m in (await runs.messages("bob", "t1")).items] == ["Bob's answer", "Bob's"]


async def test_foreign_and_unknown_ids_are_not_found_alike(runs: RunStore) -> None:
    await accept(runs, FIRST)
    texts = set()
    for run_id, thread_id in (("r1", "t1"), ("unknown", "unknown")):
        for attempt in (
            lambda: runs.run("eve", run_id),  # noqa: B023 - called at once
            lambda: runs.begin("eve", run_id, MANY, fence=1),  # noqa: B023
            lambda: end(runs, "eve", run_id),  # noqa: B023
        ):
            with pytest.raises(NotFound) as refused:
                await attempt()
            texts.add(str(refused.value))
        with pytest.raises(NotFound):
            await runs.messages("eve", thread_id)
        with pytest.raises(NotFound):
            await accept(runs, replace(FIRST, user_id="eve", thread_id=thread_id))
    assert texts == {"There is no such run."}
    assert await runs.find_message("eve", "m1") is None
    assert (await runs.threads("eve")).items == []
    assert (await runs.run("ann", "r1")).status is RunStatus.RUNNING


async def test_an_id_in_use_for_something_else_is_refused_by_name(runs: RunStore) -> None:
    await accept(runs, FIRST)
    await runs.finish("ann", "r1", RunStatus.COMPLETED, fence=1, answer="42", answer_id="a1")
    for taken in (
        replace(FIRST, message_id="a1", run_id="r2", thread_id="t1"),
        replace(FIRST, message_id="m2"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await accept(runs, taken)
        assert [error.field for error in refused.value.errors] == ["message_id"]
    with pytest.raises(Conflict):
        await runs.create_thread("ann", "t1", "again")


async def test_a_run_goes_its_way_and_ends_once(runs: RunStore, clock: HandClock) -> None:
    await accept(runs, FIRST, NONE)
    began = clock.move(1)
    assert await runs.begin("ann", "r1", MANY, fence=1)
    clock.move(1)
    assert not await runs.begin("ann", "r1", MANY, fence=1)
    ended = clock.move(1)
    assert await runs.finish("ann", "r1", RunStatus.COMPLETED, fence=1, answer="It is 42.", answer_id="a1")
    clock.move(1)
    assert not await runs.finish("ann", "r1", RunStatus.FAILED, fence=1, error=RunError("crash", "late"))
    assert not await runs.begin("ann", "r1", MANY, fence=1)
    run = await runs.run("ann", "r1")
    assert (run.status, run.answer, run.error) == (RunStatus.COMPLETED, "It is 42.", None)
    assert (run.started_at, run.finished_at) == (began, ended)
    answer = (await runs.messages("ann", "t1")).items[0]
    assert (answer.message_id, answer.role, answer.content, answer.run_id) == (
        "a1",
        "assistant",
        "It is 42.",
        "r1",
    )


async def test_a_run_that_was_taken_over_while_it_waited_does_not_begin(runs: RunStore) -> None:
    run, _ = await accept(runs, FIRST, NONE)
    assert await runs.take_over(run, "finder") == 2
    with pytest.raises(Superseded):
        await runs.begin("ann", "r1", MANY, fence=1)
    assert (await runs.run("ann", "r1")).status is RunStatus.QUEUED
    assert await runs.begin("ann", "r1", MANY, fence=2)


async def test_the_runs_of_a_thread_wait_for_each_other_whoever_accepts_them(runs: RunStore) -> None:
    first, _ = await accept(runs, numbered(1), owner="one")
    second, _ = await accept(runs, numbered(2, "t1"), owner="two")
    third, _ = await accept(runs, numbered(3, "t1"), owner="one")
    assert [run.status for run in (first, second, third)] == ["running", "queued", "queued"]
    assert not await runs.begin("ann", "r2", MANY, fence=1)
    await end(runs, "ann", "r1")
    assert not await runs.begin("ann", "r3", MANY, fence=1)
    assert await runs.begin("ann", "r2", MANY, fence=1)
    await end(runs, "ann", "r2")
    assert await runs.begin("ann", "r3", MANY, fence=1)


async def test_runs_at_once_and_waiting_are_exact_when_all_come_together(runs: RunStore) -> None:
    turns, accepted, refused = Turns(at_once=3, waiting=2), [], []

    async def send(number: int) -> None:
        try:
            accepted.append((await accept(runs, numbered(number), turns, f"replica-{number % 2}"))[0])
        except TooMuch as refusal:
            refused.append((refusal.code, refusal.retry_after_s))

    async with anyio.create_task_group() as tasks:
        for number in range(8):
            tasks.start_soon(send, number)
    assert sorted(run.status for run in accepted) == ["queued"] * 2 + ["running"] * 3
    assert refused == [("too_many_runs", 1.0)] * 3
    _, new = await accept(runs, replace(FIRST, user_id="bob"), turns)
    assert new
    waiting = [run.run_id for run in accepted if run.status is RunStatus.QUEUED]
    assert [await runs.begin("ann", run_id, turns, fence=1) for run_id in waiting] == [False, False]
    await end(runs, "ann", next(run.run_id for run in accepted if run.status is RunStatus.RUNNING))
    assert [await runs.begin("ann", run_id, turns, fence=1) for run_id in waiting] == [True, False]


async def test_a_message_sent_again_is_the_first_run_also_where_no_more_may_wait(runs: RunStore) -> None:
    none = Turns(at_once=1, waiting=0)
    first, _ = await accept(runs, FIRST, none)
    with pytest.raises(TooMuch):
        await accept(runs, numbered(2), none)
    assert await accept(runs, replace(FIRST, run_id="r3", new_thread_id="t3"), none) == (first, False)


async def test_a_run_that_was_taken_over_obeys_its_new_owner_only(runs: RunStore) -> None:
    run, _ = await accept(runs, FIRST, owner="dead")
    assert (run.owner, run.fence) == ("dead", 1)
    assert await runs.take_over(run, "finder") == 2
    assert await runs.take_over(run, "another finder") is None
    with pytest.raises(Superseded, match="r1"):
        await end(runs, "ann", "r1")
    taken = await runs.run("ann", "r1")
    assert (taken.owner, taken.fence, taken.status) == ("finder", 2, RunStatus.RUNNING)
    assert await runs.finish("ann", "r1", RunStatus.FAILED, fence=2, error=RunError("interrupted", "gone"))
    with pytest.raises(Superseded):
        await runs.finish("ann", "r1", RunStatus.COMPLETED, fence=1, answer="late", answer_id="a1")


async def test_of_many_finders_one_gets_the_run(runs: RunStore) -> None:
    run, _ = await accept(runs, FIRST, owner="dead")
    fences: list[int | None] = []

    async def find(number: int) -> None:
        fences.append(await runs.take_over(run, f"finder-{number}"))

    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(find, number)
    assert sorted(fences, key=str) == [2] + [None] * 9


async def test_what_was_told_needs_no_finder_and_is_delivered_once_acknowledged(
    runs: RunStore, clock: HandClock
) -> None:
    for number in (1, 2, 3):
        await accept(runs, numbered(number), owner="one")
    await end(runs, "ann", "r1")
    assert [run.run_id for run in await runs.untold(but="two")] == ["r1", "r2", "r3"]
    assert await runs.untold(but="one") == []
    told_at = clock.move(1)
    told = [Told("ann", "r1", Place("e", 5)), Told("ann", "r2", Place("e", 9))]
    assert await runs.record_deliveries(told, {"ann": Place("e", 4), "bob": Place("e", 99)}) == []
    assert [run.run_id for run in await runs.untold(but="two")] == ["r3"]
    delivered_at = clock.move(1)
    assert await runs.record_deliveries([], {"ann": Place("another", 99)}) == []
    [run] = await runs.record_deliveries([], {"ann": Place("e", 8)})
    assert run == await runs.run("ann", "r1")
    assert (run.told, run.told_at, run.delivered_at) == (Place("e", 5), told_at, delivered_at)
    assert [run.run_id for run in await runs.record_deliveries([], {"ann": Place("e", 9)})] == ["r2"]
    assert (await runs.run("ann", "r3")).told is None


async def test_of_many_who_end_a_run_one_does(runs: RunStore) -> None:
    await accept(runs, FIRST)
    ended: list[bool] = []

    async def end_it(number: int) -> None:
        ended.append(
            await runs.finish(
                "ann", "r1", RunStatus.COMPLETED, fence=1, answer=f"{number}", answer_id=f"a{number}"
            )
        )

    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(end_it, number)
    assert sorted(ended) == [False] * 9 + [True]
    assert len((await runs.messages("ann", "t1")).items) == 2


async def test_a_failed_run_says_why(runs: RunStore) -> None:
    await accept(runs, FIRST)
    error = RunError("timeout", "The model took too long.", retryable=True)
    assert await runs.finish("ann", "r1", RunStatus.FAILED, fence=1, error=error)
    assert (await runs.run("ann", "r1")).error == error


async def test_what_cannot_be_meant_is_refused(runs: RunStore) -> None:
    await accept(runs, FIRST)
    with pytest.raises(ValueError, match="final status"):
        await end(runs, "ann", "r1", RunStatus.RUNNING)
    with pytest.raises(ValueError, match="answer_id"):
        await runs.finish("ann", "r1", RunStatus.COMPLETED, fence=1, answer="42")
    with pytest.raises(ValueError, match="new_thread_id"):
        await accept(runs, replace(FIRST, message_id="m2", new_thread_id=""))


async def test_pages_give_each_item_once_newest_first(runs: RunStore) -> None:
    await runs.create_thread("ann", "t1", "first")
    await runs.create_thread("bob", "other", "not hers")
    for number in range(2, 6):
        await runs.create_thread("ann", f"t{number}", "at the same moment")
    seen: list[str] = []
    page: Page[Thread] = Page([], None)
    while not seen or page.next:
        page = await runs.threads("ann", limit=2, cursor=page.next)
        seen += [thread.thread_id for thread in page.items]
    assert seen == ["t5", "t4", "t3", "t2", "t1"]


async def test_messages_come_in_pages_too(runs: RunStore) -> None:
    await accept(runs, FIRST)
    await accept(runs, replace(FIRST, run_id="r2", message_id="m2", thread_id="t1"))
    page = await runs.messages("ann", "t1", limit=1)
    rest = await runs.messages("ann", "t1", limit=1, cursor=page.next)
    assert [page.items[0].message_id, rest.items[0].message_id] == ["m2", "m1"]
    assert rest.next is None


@pytest.mark.parametrize(
    "cursor", ["", "1", "nonsense", "AAAAAAAAAAAAAAAAAAAAAA==", "é", "\ud800", "A" * 400]
)
async def test_a_made_up_cursor_is_refused(runs: RunStore, cursor: str) -> None:
    await accept(runs, FIRST)
    for ask in (runs.threads("ann", cursor=cursor), runs.messages("ann", "t1", cursor=cursor)):
        with pytest.raises(InvalidInput) as refused:
            await ask
        assert [error.field for error in refused.value.errors] == ["cursor"]


async def test_a_cursor_serves_its_own_list_only(runs: RunStore) -> None:
    for user in ("ann", "bob"):
        await runs.create_thread(user, "t1", "one")
        await runs.create_thread(user, "t2", "two")
    cursor = (await runs.threads("ann", limit=1)).next
    assert (await runs.threads("ann", limit=1, cursor=cursor)).items
    for ask in (runs.threads("bob", cursor=cursor), runs.messages("ann", "t1", cursor=cursor)):
        with pytest.raises(InvalidInput):
            await ask


async def test_a_limit_below_one_is_refused(runs: RunStore) -> None:
    with pytest.raises(InvalidInput) as refused:
        await runs.threads("ann", limit=0)
    assert [error.field for error in refused.value.errors] == ["limit"]


async def test_recent_runs_are_active_or_ended_since_then(runs: RunStore, clock: HandClock) -> None:
    for number in (1, 2, 3):
        await accept(
            runs, replace(FIRST, run_id=f"r{number}", message_id=f"m{number}", new_thread_id=f"t{number}")
        )
    await accept(runs, replace(FIRST, user_id="bob"))
    await end(runs, "ann", "r1")
    since = clock.move(1)
    await end(runs, "ann", "r3")
    assert [run.run_id for run in await runs.recent("ann", since)] == ["r2", "r3"]


async def test_the_files_of_a_thread_are_those_its_messages_brought(runs: RunStore) -> None:
    await accept(runs, FIRST)
    for number, files in ((2, ("f3", "f1")), (3, ()), (4, ("f4",))):
        new = replace(FIRST, run_id=f"r{number}", message_id=f"m{number}", thread_id="t1", files=files)
        await accept(runs, new)
    await accept(runs, replace(FIRST, run_id="r9", message_id="m9", new_thread_id="t9", files=("f9",)))
    assert await runs.files_of_thread("ann", "t1") == ["f1", "f2", "f3", "f4"]
    for thread_id in ("t1", "unknown"):
        with pytest.raises(NotFound):
            await runs.files_of_thread("eve", thread_id)


async def test_text_that_no_database_takes_is_kept_as_near_as_can_be(runs: RunStore) -> None:
    await accept(runs, replace(FIRST, content="a\x00b \ud800 😀 é"))
    [message] = (await runs.messages("ann", "t1")).items
    assert message.content == "a\ufffdb ? 😀 é"


async def test_an_id_that_no_database_takes_is_refused(runs: RunStore) -> None:
    with pytest.raises(InvalidInput):
        await accept(runs, replace(FIRST, message_id="\ud800"))
    with pytest.raises(InvalidInput):
        await runs.find_message("ann", "\ud800")
