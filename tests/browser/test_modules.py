"""The page's logic without its drawing: modules imported in Chromium, with surroundings of the test's own."""

from typing import Any

import pytest

from tests.browser.conftest import PageServer, Visit
from tests.browser.screen import Screen

pytestmark = pytest.mark.needs("chromium")

RUN = """async ({events, orders}) => {
  const { newRun, takeEvent } = await import('/core/run.js');
  const told = (order) => {
    const run = newRun('r1', 't1');
    for (const at of order) takeEvent(run, at < 0 ? stateOf(events[-at - 1]) : events[at]);
    const { status, answer, ms, steps } = run;
    return JSON.stringify({ status, answer, ms, steps });
  };
  const stateOf = ({ run_seq, seq, epoch, ...rest }) => ({ ...rest, replayed: true });
  return orders.map(told);
}"""
LINK = """async ({script}) => {
  const { Link } = await import('/core/socket.js');
  const seen = { urls: [], waits: [], states: [], events: [], sent: [] };
  let now = 0, timers = new Map(), count = 0, sockets = [];
  const around = {
    open: (url) => {
      seen.urls.push(url);
      sockets.push({ close() {}, send: (text) => seen.sent.push(JSON.parse(text)) });
      return sockets.at(-1);
    },
    later: (work, ms) => { timers.set(++count, { work, at: now + ms }); return count; },
    forget: (id) => timers.delete(id), now: () => now, random: () => 1, online: () => true,
    signedIn: async () => true,
  };
  const link = new Link('/ws', { event: (e) => seen.events.push(e.seq ?? null), control: () => {},
    status: (s) => { seen.states.push(s.state); if (s.retryAt) seen.waits.push(s.retryAt - now); } }, around);
  const advance = (ms) => {
    const until = now + ms;
    for (;;) {
      const [id, due] = [...timers].sort((a, b) => a[1].at - b[1].at)[0] ?? [];
      if (id === undefined || due.at > until) break;
      timers.delete(id); now = due.at; due.work();
    }
    now = until;
  };
  link.start();
  for (const [what, given] of script) {
    const socket = sockets.at(-1);
    if (what === 'open') socket.onopen();
    if (what === 'say') socket.onmessage({ data: JSON.stringify(given) });
    if (what === 'close') socket.onclose({ code: given, reason: '' });
    if (what === 'advance') advance(given);
    await null;
  }
  return seen;
}"""


@pytest.fixture
async def page(visit: Visit, page_server: PageServer) -> Screen:
    window = await visit()
    await window.open()
    return window


def events() -> list[dict[str, Any]]:
    """A run with a subagent, overlapping tools, progress and a streamed answer."""
    late = {"code": "timeout", "message": "late"}
    done = {"tool_name": "b", "call_id": "c2", "result": 2, "success": True, "execution_time_ms": 5}
    stopped = {"tool_name": "a", "call_id": "c1", "success": False, "execution_time_ms": 9, "error": late}
    agent = {"subagent_name": "analyst", "subagent_id": "s1"}
    told: list[tuple[str, str, dict[str, Any]]] = [
        ("agent_started", "supervisor", {"context": {"message_id": "m1"}}),
        ("agent_thinking", "supervisor", {"reasoning": "one"}),
        ("subagent_started", "supervisor", agent),
        ("tool_executing", "analyst", {"tool_name": "a", "parameters": {"x": 1}, "call_id": "c1"}),
        ("progress_update", "analyst", {"progress_data": {"percentage": 50, "message": "half"}}),
        ("tool_executing", "analyst", {"tool_name": "b", "parameters": {}, "call_id": "c2"}),
        ("tool_completed", "analyst", done),
        ("tool_completed", "analyst", stopped),
        ("subagent_completed", "supervisor", {**agent, "result": "r", "duration_ms": 8}),
        ("answer_delta", "supervisor", {"text": "4"}),
        ("answer_delta", "supervisor", {"text": "2"}),
        ("agent_completed", "supervisor", {"result": "42", "execution_time_ms": 99}),
    ]
    return [numbered(at, *one) for at, one in enumerate(told)]


def numbered(at: int, kind: str, agent: str, payload: dict[str, Any]) -> dict[str, Any]:
    place = {"run_id": "r1", "thread_id": "t1", "epoch": "e", "seq": at + 10, "run_seq": at + 1}
    moment = f"2026-11-20T18:00:{at:02d}.000000+00:00"
    return {"type": kind, "agent_name": agent, "timestamp": moment, **place, "payload": payload}


async def test_a_timeline_is_the_same_in_whatever_order_its_events_come(page: Screen) -> None:
    right = list(range(12))
    state_first, state_between = [-1, -4, *right], [-1, -4, 5, 6, *right]
    orders = [right, right[::-1], [*right[6:], *right[:6]], [*right, *right], state_first, state_between]
    first, *others = await page.evaluate(RUN, {"events": events(), "orders": orders})
    assert '"status":"completed"' in first
    assert '"answer":"42"' in first
    assert others == [first] * 5


async def test_tools_that_overlap_keep_their_own_results(page: Screen) -> None:
    steps = (
        "async (events) => { const { newRun, takeEvent } = await import('/core/run.js');"
        " const run = newRun('r1', 't1'); events.forEach((event) => takeEvent(run, event));"
        " return run.steps.filter((step) => step.kind === 'tool')"
        "   .map(({title, state, ms, depth}) => [title, state, ms, depth]); }"
    )
    assert await page.evaluate(steps, events()) == [["a", "failed", 9, 1], ["b", "done", 5, 1]]


async def test_a_run_that_ended_unseen_leaves_no_step_open(page: Screen) -> None:
    script = """async (events) => {
      const { newRun, takeEvent, takeStored } = await import('/core/run.js');
      const run = newRun('r1', 't1');
      events.slice(0, 6).forEach((event) => takeEvent(run, event));
      const ended = { status: 'cancelled', started_at: null, finished_at: '2026-11-20T18:01:00Z' };
      takeStored(run, { run_id: 'r1', thread_id: 't1', ...ended });
      return [run.status, run.steps.filter((step) => step.state === 'going').length];
    }"""
    assert await page.evaluate(script, events()) == ["cancelled", 0]


async def test_events_that_come_after_the_store_said_the_end_complete_the_timeline(page: Screen) -> None:
    script = """async (events) => {
      const { newRun, takeEvent, takeStored } = await import('/core/run.js');
      const [early, right] = [newRun('r1', 't1'), newRun('r1', 't1')];
      events.slice(0, 6).forEach((event) => takeEvent(early, event));
      const ended = { status: 'completed', answer: '42', started_at: null };
      takeStored(early, { ...ended, finished_at: '2026-11-20T18:01:00Z' });
      events.slice(6).forEach((event) => takeEvent(early, event));
      events.forEach((event) => takeEvent(right, event));
      return [early, right].map(({ status, answer, ms, steps }) =>
        JSON.stringify({ status, answer, ms, steps }));
    }"""
    late, right = await page.evaluate(script, events())
    assert late == right


async def test_waiting_doubles_up_to_thirty_seconds(page: Screen) -> None:
    script = [step for _ in range(9) for step in (["close", 1006], ["advance", 30_000])]
    seen = await page.evaluate(LINK, {"script": script})
    assert seen["waits"] == [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000, 30_000]


def hello(head: int, *, resumed: bool = False, epoch: str = "e") -> list[Any]:
    return ["say", {"type": "hello", "epoch": epoch, "head": head, "resumed": resumed, "heartbeat_s": 20}]


def event(seq: int) -> list[Any]:
    return ["say", {**events()[1], "seq": seq, "run_seq": seq}]


async def test_a_connection_that_says_nothing_is_given_up_and_resumed(page: Screen) -> None:
    script = [["open", 0], hello(4), event(5), ["advance", 49_000], ["advance", 2000]]
    seen = await page.evaluate(LINK, {"script": script})
    assert seen["urls"] == ["/ws", "/ws?after=e:5"]


async def test_events_count_once_and_a_new_epoch_begins_at_its_head(page: Screen) -> None:
    gap = ["say", {"type": "gap", "from": 1, "to": 90, "reason": "epoch"}]
    first = [["open", 0], hello(4), event(4), event(5), event(5), ["close", 4003], ["advance", 1000]]
    second = [["open", 0], hello(90, epoch="f"), gap, event(91), ["close", 1006], ["advance", 2000]]
    script = [*first, *second]
    seen = await page.evaluate(LINK, {"script": script})
    assert seen["events"] == [5, 91]
    assert seen["urls"] == ["/ws", "/ws?after=e:5", "/ws?after=f:91"]


async def test_an_acknowledgement_goes_out_a_second_after_the_first_new_event(page: Screen) -> None:
    script = [["open", 0], hello(0), event(1), event(2), ["advance", 999], event(3), ["advance", 1], event(4)]
    seen = await page.evaluate(LINK, {"script": script})
    assert seen["sent"] == [{"type": "ack", "seq": 3}]


async def test_markdown_loses_what_could_act_and_keeps_what_is_text(page: Screen) -> None:
    script = """async (text) => {
      const { render } = await import('/views/markdown.js');
      const box = document.createElement('div');
      box.append(render(text));
      return box.innerHTML;
    }"""
    html = await page.evaluate(
        script, "# top\n\n### far below\n\n<b>raw</b> ![p](https://example.org/p.png) [j](javascript:x)"
    )
    assert html.replace("\n", "") == (
        "<h3>top</h3><h4>far below</h4><p>&lt;b&gt;raw&lt;/b&gt; "
        '<a href="https://example.org/p.png" target="_blank" rel="noopener noreferrer nofollow">p</a> j</p>'
    )
    assert '<th align="right">b</th>' in await page.evaluate(script, "| a | b |\n|---|--:|\n| x | 3 % |")
    assert page.complaints == []
