import pytest
from structlog.testing import capture_logs

from services.errors import TooMuch
from services.listeners import Listeners
from tests.build import build

Closed = list[tuple[str, int, str]]


class Connections:
    """Listeners beside a record of who was closed how."""

    def __init__(self, per_user: int = 3, total: int = 10) -> None:
        self.listeners = build(Listeners, per_user, total)
        self.closed: Closed = []

    def connect(self, name: str, user_id: str = "u-1", session_id: str = "s-1") -> object:
        return self.listeners.add(
            user_id, session_id, lambda code, reason: self.closed.append((name, code, reason))
        )


def test_a_user_is_there_from_the_first_connection_to_the_last() -> None:
    listeners = build(Listeners, 3, 10)
    one = listeners.add("u-1", "s-1", print)
    two = listeners.add("u-1", "s-2", print)
    listeners.remove(one)
    assert (listeners.has("u-1"), listeners.has("u-2"), listeners.count()) == (True, False, 1)
    listeners.remove(two)
    assert (listeners.has("u-1"), listeners.count()) == (False, 0)


def test_removing_twice_is_fine() -> None:
    listeners = build(Listeners, 3, 10)
    one, _ = listeners.add("u-1", "s-1", print), listeners.add("u-1", "s-1", print)
    listeners.remove(one)
    listeners.remove(one)
    assert listeners.count() == 1


def test_the_oldest_makes_room_for_a_users_next_connection() -> None:
    here = Connections(per_user=2)
    for name in ("first", "second", "third"):
        here.connect(name)
    here.connect("foreign", "u-2")
    assert [(name, code) for name, code, _ in here.closed] == [("first", 4503)]
    assert here.listeners.count() == 3


def test_a_full_house_refuses_and_says_when_to_come_back() -> None:
    here = Connections(per_user=2, total=3)
    for name, user in (("a", "u-1"), ("b", "u-1"), ("c", "u-2")):
        here.connect(name, user)
    with pytest.raises(TooMuch) as caught:
        here.connect("d", "u-3")
    assert (caught.value.code, caught.value.retry_after_s) == ("too_many_sockets", 5.0)
    assert not here.listeners.has("u-3")


def test_in_a_full_house_a_user_may_still_replace_an_own_connection() -> None:
    here = Connections(per_user=2, total=2)
    for name in ("first", "second", "third"):
        here.connect(name)
    assert [name for name, _, _ in here.closed] == ["first"]
    assert here.listeners.count() == 2


def test_ending_a_session_closes_its_connections_only() -> None:
    here = Connections()
    for name, session in (("a", "s-1"), ("b", "s-1"), ("c", "s-2")):
        here.connect(name, session_id=session)
    assert here.listeners.close_session("s-1") == 2
    assert here.listeners.close_session("s-1") == 0
    assert here.closed == [("a", 4401, "session ended"), ("b", 4401, "session ended")]
    assert here.listeners.count() == 1


def test_closing_a_user_leaves_others_alone() -> None:
    here = Connections()
    for name, user in (("a", "u-1"), ("b", "u-2"), ("c", "u-1")):
        here.connect(name, user, f"s-{name}")
    assert here.listeners.close_user("u-1", 4004, "expired") == 2
    assert here.closed == [("a", 4004, "expired"), ("c", 4004, "expired")]
    assert here.listeners.has("u-2")


def test_closing_all_leaves_nobody() -> None:
    here = Connections()
    for user in ("u-1", "u-2"):
        here.connect(user, user)
    assert here.listeners.close_all(1012, "restart") == 2
    assert here.listeners.count() == 0
    assert {code for _, code, _ in here.closed} == {1012}


def test_a_close_that_fails_keeps_no_other_from_being_closed() -> None:
    here = Connections()

    def fail(code: int, reason: str) -> None:
        raise OSError("gone")

    here.listeners.add("u-1", "s-1", fail)
    here.connect("b")
    with capture_logs() as logs:
        assert here.listeners.close_user("u-1") == 2
    assert [name for name, _, _ in here.closed] == ["b"]
    assert logs[0]["event"] == "closing_listener_failed"


def test_closing_may_remove_and_add_meanwhile() -> None:
    listeners = build(Listeners, 3, 10)
    listeners.add("u-1", "s-1", lambda *_: listeners.remove(listeners.add("u-1", "s-1", print)))
    listeners.add("u-1", "s-1", lambda *_: None)
    assert listeners.close_session("s-1") == 2
    assert (listeners.count(), listeners.has("u-1")) == (0, False)


def test_one_that_comes_in_while_its_session_ends_is_closed() -> None:
    here = Connections()
    here.listeners.close_session("s-1")
    late = here.connect("late")
    here.connect("other", session_id="s-2")
    assert here.closed == [("late", 4401, "session ended")]
    assert here.listeners.count() == 1
    here.listeners.remove(late)  # type: ignore[arg-type]
    assert here.listeners.count() == 1


def test_only_the_last_ended_sessions_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.listeners.MOST_REMEMBERED", 2)
    here = Connections()
    for number in range(3):
        here.listeners.close_session(f"s-{number}")
    assert list(here.listeners._ended) == ["s-1", "s-2"]
