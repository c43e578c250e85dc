"""What one client makes of each message: the client rule, its history, its acks; it owns no socket."""

import time
from datetime import datetime

import orjson

from adapters.bench.history import Event, History
from adapters.bench.talk import Talk
from adapters.bench.tally import Tally
from adapters.cursor import Cursor, Verdict

ACK_EVENTS, ACK_SECONDS = 32, 1.0


class Client:
    """Survives its connections. ``answers`` holds what is to be sent next."""

    def __init__(self, history: History, tally: Tally, talk: Talk | None) -> None:
        self._tally, self._talk = tally, talk
        self._acked, self._acked_at, self._connected_at = 0, 0.0, 0.0
        self.history, self.cursor = history, Cursor()
        self.answers: list[str] = []
        self.heartbeat, self.retry = 20.0, 0.0
        self.greeted = False

    def reached(self, epoch: str, head: int) -> bool:
        """Return whether this client has caught up with that position."""
        return self.cursor.epoch == epoch and self.cursor.last >= head

    def take(self, raw: bytes) -> bool:
        """Take one message; return False for a hole: close, and come back with ``after``."""
        message: Event = orjson.loads(raw)
        self.history.screen(raw)
        if message.get("replayed"):
            self.history.replayed(message)
        elif "seq" in message:
            return self._event(message)
        else:
            self._control(message)
        return True

    def _event(self, event: Event) -> bool:
        verdict = self.cursor.judge(event)
        if verdict is Verdict.TAKE:
            self.history.take(event)
            self._measure(event)
        self._tally.redelivered += verdict is Verdict.DROP
        return verdict is not Verdict.HOLE

    def _measure(self, event: Event) -> None:
        now, sent = time.time(), datetime.fromisoformat(event["timestamp"]).timestamp()
        self._tally.all.add(now - sent)
        if sent >= self._connected_at:
            self._tally.live.add(now - sent)
        if self._talk is not None and event["type"] == "agent_started":
            self._talk.began(event["run_id"], now)
        waiting = self.cursor.last - self._acked
        if waiting >= ACK_EVENTS or now - self._acked_at >= ACK_SECONDS or event["type"] == "agent_completed":
            self._acked, self._acked_at = self.cursor.last, now
            self.answers.append(f'{{"type":"ack","seq":{self._acked}}}')

    def _control(self, message: Event) -> None:
        match message["type"]:
            case "hello":
                self._hello(message)
            case "gap":
                self.history.gap(message)
            case "accepted" | "rejected" if self._talk is not None:
                self._talk.answered(message)
            case "bye":
                self.retry = message["retry_ms"] / 1000
            case "error":
                self._tally.errors[message["code"]] += 1

    def _hello(self, message: Event) -> None:
        self.history.hello(message)
        self.cursor.hello(message)
        self.greeted, self.heartbeat = True, message["heartbeat_s"]
        self._connected_at = time.time()
        self._acked = self.cursor.last
        if self._talk is not None:
            self.answers.extend(self._talk.pending.values())
