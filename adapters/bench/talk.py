"""One user's messages to the agents: sent until answered, again after each cut, under the same id."""

import time
import uuid

import orjson

from adapters.bench.findings import Findings
from adapters.bench.history import Event
from adapters.bench.tally import Tally


class Talk:
    """Holds what waits for its answer; which socket carries it is not decided here."""

    def __init__(self, name: str, canary: str, findings: Findings, tally: Tally) -> None:
        self._name, self._canary, self._findings, self._tally = name, canary, findings, tally
        self._said: dict[str, float] = {}
        self._began: dict[str, float] = {}
        self._messages: dict[str, str] = {}
        self.pending: dict[str, str] = {}
        self.runs: dict[str, str] = {}
        self.quiet_until = 0.0

    def say(self) -> str:
        """Return a new message, as it goes over the wire."""
        message_id = uuid.uuid4().hex
        content = f'Murmur the canary "{self._canary}"'
        text = orjson.dumps({"type": "user_message", "message_id": message_id, "content": content}).decode()
        self.pending[message_id] = text
        self._said[message_id] = time.time()
        return text

    def answered(self, message: Event) -> None:
        """Take ``accepted`` or ``rejected``; a message must never become two runs."""
        message_id = message["message_id"]
        self.pending.pop(message_id, None)
        if message["type"] == "rejected":
            self._tally.rejected[message["code"]] += 1
            self.quiet_until = time.time() + (message.get("retry_after_s") or 1.0)
            return
        run_id = self.runs.setdefault(message_id, message["run_id"])
        self._messages[run_id] = message_id
        if run_id != message["run_id"]:
            what = f"message {message_id} became the runs {run_id} and {message['run_id']}"
            self._findings.add("duplicated", self._name, what)
        self._measure(run_id)

    def began(self, run_id: str, moment: float) -> None:
        """Note when the first event of a run came; that may be before the run is known to be ours."""
        self._began.setdefault(run_id, moment)
        self._measure(run_id)

    def open(self, ended: set[str]) -> set[str]:
        """Return the accepted runs that have not ended."""
        return self._messages.keys() - ended

    def _measure(self, run_id: str) -> None:
        message_id = self._messages.get(run_id, "")
        if run_id in self._began and message_id in self._said:
            self._tally.first.add(self._began.pop(run_id) - self._said.pop(message_id))
