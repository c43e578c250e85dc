"""The contract of every run store."""

from dataclasses import replace

import anyio
import pytest

from services.errors import Conflict, InvalidInput, NotFound
from services.ports.runs import NewRun, Page, RunError, RunStatus, RunStore, Thread
from tests.contracts.storage.conftest import HandClock

FIRST = NewRun("r1", "ann", "m1", "What is 6 * 7?", new_thread_id="t1", agent="analyst", files=("f1", "f2"))


async def test_a_message_starts_a_queued_run_in_a_thread_named_by_its_words(
    runs: RunStore, clock: HandClock
) -> None:
    run, new = await runs.accept(FIRST)
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
    await runs.accept(replace(FIRST, content=content))
    assert (await runs.threads("ann")).items[0].title == title


async def test_a_message_sent_again_is_the_first_run_whatever_it_says_now(runs: RunStore) -> None:
    first, _ = await runs.accept(FIRST)
    for again in (
        replace(FIRST, run_id="r2", content="other", new_thread_id="t2"),
        replace(FIRST, run_id="r3", thread_id="no such thread"),
        replace(FIRST, run_id="r4", thread_id="t1"),
    ):
        assert await runs.accept(again) == (first, False)
    assert len((await runs.threads("ann")).items) == 1
    assert len((await runs.messages("ann", "t1")).items) == 1


async def test_two_calls_with_one_message_start_one_run(runs: RunStore) -> None:
    results: list[tuple[str, bool]] = []

    async def send(number: int) -> None:
        run, new = await runs.accept(replace(FIRST, run_id=f"r{number}", new_thread_id=f"t{number}"))
        results.append((run.run_id, new))

    async with anyio.create_task_group() as tasks:
        for number in range(20):
            tasks.start_soon(send, number)
    assert sorted(new for _, new in results) == [False] * 19 + [True]
    assert len({run_id for run_id, _ in results}) == 1
    assert len((await runs.threads("ann")).items) == 1


async def test_two_users_may_use_the_same_ids_and_never_meet(runs: RunStore) -> None:
    await runs.accept(FIRST)
    _, new = await runs.accept(replace(FIRST, user_id="bob", content="Bob's"))
    assert new
    await runs.finish("bob", "r1", RunStatus.COMPLETED, answer="Bob's answer", answer_id="a1")
    assert (await runs.run("ann", "r1")).status is RunStatus.QUEUED
    assert [m.content for m in (await runs.messages("ann", "t1")).items] == ["What is 6 * 7?"]
    assert [m.content for m in (await runs.messages("bob", "t1")).items] == ["Bob's answer", "Bob's"]


async def test_foreign_and_unknown_ids_are_not_found_alike(runs: RunStore) -> None:
    await runs.accept(FIRST)
    texts = set()
    for run_id, thread_id in (("r1", "t1"), ("unknown", "unknown")):
        for attempt in (
            lambda: runs.run("eve", run_id),  # noqa: B023 - called at once
            lambda: runs.mark_running("eve", run_id),  # noqa: B023
            lambda: runs.finish("eve", run_id, RunStatus.CANCELLED),  # noqa: B023
        ):
            with pytest.raises(NotFound) as refused:
                await attempt()
            texts.add(str(refused.value))
        with pytest.raises(NotFound):
            await runs.messages("eve", thread_id)
        with pytest.raises(NotFound):
            await runs.accept(replace(FIRST, user_id="eve", thread_id=thread_id))
    assert texts == {"There is no such run."}
    assert await runs.find_message("eve", "m1") is None
    assert (await runs.threads("eve")).items == []
    assert (await runs.run("ann", "r1")).status is RunStatus.QUEUED


async def test_an_id_in_use_for_something_else_is_refused_by_name(runs: RunStore) -> None:
    await runs.accept(FIRST)
    await runs.finish("ann", "r1", RunStatus.COMPLETED, answer="42", answer_id="a1")
    for taken in (
        replace(FIRST, message_id="a1", run_id="r2", thread_id="t1"),
        replace(FIRST, message_id="m2"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await runs.accept(taken)
        assert [error.field for error in refused.value.errors] == ["message_id"]
    with pytest.raises(Conflict):
        await runs.create_thread("ann", "t1", "again")


async def test_a_run_goes_its_way_and_ends_once(runs: RunStore, clock: HandClock) -> None:
    await runs.accept(FIRST)
    began = clock.move(1)
    await runs.mark_running("ann", "r1")
    clock.move(1)
    await runs.mark_running("ann", "r1")
    ended = clock.move(1)
    assert await runs.finish("ann", "r1", RunStatus.COMPLETED, answer="It is 42.", answer_id="a1")
    clock.move(1)
    assert not await runs.finish("ann", "r1", RunStatus.FAILED, error=RunError("crash", "late"))
    await runs.mark_running("ann", "r1")
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


async def test_of_many_who_end_a_run_one_does(runs: RunStore) -> None:
    await runs.accept(FIRST)
    ended: list[bool] = []

    async def end(number: int) -> None:
        ended.append(
            await runs.finish("ann", "r1", RunStatus.COMPLETED, answer=f"{number}", answer_id=f"a{number}")
        )

    async with anyio.create_task_group() as tasks:
        for number in range(10):
            tasks.start_soon(end, number)
    assert sorted(ended) == [False] * 9 + [True]
    assert len((await runs.messages("ann", "t1")).items) == 2


async def test_a_failed_run_says_why(runs: RunStore) -> None:
    await runs.accept(FIRST)
    error = RunError("timeout", "The model took too long.", retryable=True)
    assert await runs.finish("ann", "r1", RunStatus.FAILED, error=error)
    assert (await runs.run("ann", "r1")).error == error


async def test_what_cannot_be_meant_is_refused(runs: RunStore) -> None:
    await runs.accept(FIRST)
    with pytest.raises(ValueError, match="final status"):
        await runs.finish("ann", "r1", RunStatus.RUNNING)
    with pytest.raises(ValueError, match="answer_id"):
        await runs.finish("ann", "r1", RunStatus.COMPLETED, answer="42")
    with pytest.raises(ValueError, match="new_thread_id"):
        await runs.accept(replace(FIRST, message_id="m2", new_thread_id=""))


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
    await runs.accept(FIRST)
    await runs.accept(replace(FIRST, run_id="r2", message_id="m2", thread_id="t1"))
    page = await runs.messages("ann", "t1", limit=1)
    rest = await runs.messages("ann", "t1", limit=1, cursor=page.next)
    assert [page.items[0].message_id, rest.items[0].message_id] == ["m2", "m1"]
    assert rest.next is None


@pytest.mark.parametrize(
    "cursor", ["", "1", "nonsense", "AAAAAAAAAAAAAAAAAAAAAA==", "é", "\ud800", "A" * 400]
)
async def test_a_made_up_cursor_is_refused(runs: RunStore, cursor: str) -> None:
    await runs.accept(FIRST)
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
        await runs.accept(
            replace(FIRST, run_id=f"r{number}", message_id=f"m{number}", new_thread_id=f"t{number}")
        )
    await runs.accept(replace(FIRST, user_id="bob"))
    await runs.finish("ann", "r1", RunStatus.CANCELLED)
    since = clock.move(1)
    await runs.finish("ann", "r3", RunStatus.CANCELLED)
    assert [run.run_id for run in await runs.recent("ann", since)] == ["r2", "r3"]


async def test_the_files_of_a_thread_are_those_its_messages_brought(runs: RunStore) -> None:
    await runs.accept(FIRST)
    for number, files in ((2, ("f3", "f1")), (3, ()), (4, ("f4",))):
        new = replace(FIRST, run_id=f"r{number}", message_id=f"m{number}", thread_id="t1", files=files)
        await runs.accept(new)
    await runs.accept(replace(FIRST, run_id="r9", message_id="m9", new_thread_id="t9", files=("f9",)))
    assert await runs.files_of_thread("ann", "t1") == ["f1", "f2", "f3", "f4"]
    for thread_id in ("t1", "unknown"):
        with pytest.raises(NotFound):
            await runs.files_of_thread("eve", thread_id)


async def test_unfinished_runs_are_everybodys_oldest_first(runs: RunStore) -> None:
    for user in ("zoe", "ann", "bob"):
        await runs.accept(replace(FIRST, user_id=user))
    await runs.mark_running("ann", "r1")
    await runs.finish("bob", "r1", RunStatus.CANCELLED)
    assert [run.user_id for run in await runs.unfinished()] == ["zoe", "ann"]


async def test_text_that_no_database_takes_is_kept_as_near_as_can_be(runs: RunStore) -> None:
    await runs.accept(replace(FIRST, content="a\x00b \ud800 😀 é"))
    [message] = (await runs.messages("ann", "t1")).items
    assert message.content == "a\ufffdb ? 😀 é"


async def test_an_id_that_no_database_takes_is_refused(runs: RunStore) -> None:
    with pytest.raises(InvalidInput):
        await runs.accept(replace(FIRST, message_id="\ud800"))
    with pytest.raises(InvalidInput):
        await runs.find_message("ann", "\ud800")
