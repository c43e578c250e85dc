"""How an event looks on every wire, whoever completes it."""

import pytest

from adapters.event_log.frames import body, frame, framed
from services.events import EventType, RunEvent
from services.ports.events import Place
from services.read_only import ReadOnlyDict


@pytest.mark.parametrize("kind", EventType)
@pytest.mark.parametrize("payload", [{}, {"text": 'Grüße "\\" \u0000', "deep": [{"n": 1.5}]}])
def test_a_frame_is_the_same_whether_its_place_was_known_or_spliced_in(
    kind: EventType, payload: dict[str, object]
) -> None:
    event = RunEvent(kind, "u-1", "r-1", "t-1", "ä", "2036-11-20T18:00:00+00:00", 7, payload)
    place = Place("k3v9_b-d", 12_345)
    assert frame(event, place) == framed("r-1", body(event), place)
    assert f'"type":"{kind.value}"'.encode() in frame(event, place).data


def test_read_only_payloads_are_encoded_too() -> None:
    payload = ReadOnlyDict({"a": 1})
    event = RunEvent(EventType.ANSWER_DELTA, "u", "r", "t", "a", "now", 1, payload)
    assert b'"payload":{"a":1}' in frame(event, Place("e", 1)).data
