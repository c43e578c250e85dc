"""How an event looks on every wire: encoded once, then completed with its place in the log.

The place is known only to the store, and asking it to encode would do the work again in every process. So the
text is made where the event is made, and ``seq`` and ``epoch`` are spliced in at its end; wherever that is
done, the bytes are the same.
"""

import orjson

from services.events import RunEvent
from services.ports.events import Frame, Place


def body(event: RunEvent) -> bytes:
    """Return the JSON text without the place; the payload must hold JSON values only."""
    wire = {
        "type": event.type,
        "run_id": event.run_id,
        "thread_id": event.thread_id,
        "agent_name": event.agent_name,
        "user_id": event.user_id,
        "timestamp": event.timestamp,
        "run_seq": event.run_seq,
        "payload": event.payload,
    }
    return orjson.dumps(wire, default=dict)


def framed(run_id: str, text: bytes, place: Place) -> Frame:
    """Return the event whose ``body`` this is as readers get it; an epoch needs no escaping."""
    seq, epoch = place.seq, place.epoch
    return Frame(seq, run_id, b'%b,"seq":%d,"epoch":"%b"}' % (text[:-1], seq, epoch.encode()), epoch)
