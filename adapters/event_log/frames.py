"""How an event looks on every wire: encoded once, then completed with its place in the log.

The place is known only to the store, and asking it to encode would do the work again in every process. So the
text is made where the event is made, and ``seq`` and ``epoch`` are spliced in at its end; wherever that is
done, the bytes are the same.
"""

from collections.abc import Sequence

import orjson

from services.events import EventType, RunEvent
from services.ports.events import READ_BYTES, Frame, Place

PLACE_BYTES = 64
"""Most bytes that a place adds to an event: what a store counts beside the body."""

_NAMES = {kind: kind.value for kind in EventType}
"""Plain strings: the encoder asks the enumeration for the value of a member, each time."""


def body(event: RunEvent) -> bytes:
    """Return the JSON text without the place; the payload must hold JSON values only."""
    return orjson.dumps(_wire(event), default=dict)


def framed(run_id: str, text: bytes, place: Place) -> Frame:
    """Return the event whose ``body`` this is as readers get it; an epoch needs no escaping."""
    seq, epoch = place.seq, place.epoch
    return Frame(seq, run_id, b'%b,"seq":%d,"epoch":"%b"}' % (text[:-1], seq, epoch.encode()), epoch)


def frame(event: RunEvent, place: Place) -> Frame:
    """Return what ``framed`` makes of the event's ``body``, where the place is known already."""
    wire = _wire(event)
    wire["seq"], wire["epoch"] = place.seq, place.epoch
    return Frame(place.seq, event.run_id, orjson.dumps(wire, default=dict), place.epoch)


def _wire(event: RunEvent) -> dict[str, object]:
    kind, user_id, run_id, thread_id, agent_name, timestamp, run_seq, payload = event
    return {
        "type": _NAMES[kind],
        "run_id": run_id,
        "thread_id": thread_id,
        "agent_name": agent_name,
        "user_id": user_id,
        "timestamp": timestamp,
        "run_seq": run_seq,
        "payload": payload,
    }


def within(frames: Sequence[Frame]) -> Sequence[Frame]:
    """Return the first of them that ``READ_BYTES`` hold, at least one of any."""
    room = READ_BYTES
    for count, frame in enumerate(frames):
        room -= len(frame.data)
        if room < 0 and count:
            return frames[:count]
    return frames
