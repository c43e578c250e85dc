"""How an event looks on every wire: encoded once, with its place in the log."""

import orjson

from services.events import RunEvent
from services.ports.events import Frame


def encode(event: RunEvent, seq: int, epoch: str) -> Frame:
    """Return the frame; the payload must hold JSON values only."""
    wire = {
        "type": event.type,
        "run_id": event.run_id,
        "thread_id": event.thread_id,
        "agent_name": event.agent_name,
        "user_id": event.user_id,
        "timestamp": event.timestamp,
        "seq": seq,
        "epoch": epoch,
        "run_seq": event.run_seq,
        "payload": event.payload,
    }
    return Frame(seq, event.run_id, orjson.dumps(wire, default=dict))
