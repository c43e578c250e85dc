"""The history checker: what one socket was told, held against the promises; faults are counted and named.

A position that was passed over is lost, unless a ``gap`` told it. The numbers of each run are checked beside
those of the log: an event that never got its place in the log is missing there, one that got two is there
twice.
"""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from adapters.bench.findings import Findings, Kind
from adapters.bench.line import Arrival, Line

CANARY = re.compile(rb"canary-[0-9a-f]{16}")
ENDS = frozenset({"agent_completed", "agent_error"})
FAULTS: Mapping[Arrival, Kind] = {Arrival.REPEATED: "duplicated", Arrival.LATE: "reordered"}

Event = Mapping[str, Any]


@dataclass(slots=True)
class UserHistory:
    """What all sockets of one user know together: what stands where in the log, and how far it goes."""

    user_id: str
    canary: bytes
    readers: int = 1
    canaries: int = 0
    _places: dict[tuple[str, int], list[Any]] = field(default_factory=dict)
    _begun: dict[str, int] = field(default_factory=dict)
    _reached: dict[str, int] = field(default_factory=dict)

    @property
    def sent(self) -> int:
        """How many events the log took since the first hello, as far as anybody was told."""
        return sum(head - self._begun.get(epoch, 0) for epoch, head in self._reached.items())

    def begins(self, epoch: str, head: int) -> None:
        """Note where the log stood at a socket's first hello; the earliest counts."""
        self._begun.setdefault(epoch, head)

    def reaches(self, epoch: str, head: int) -> None:
        """Note how far the log goes."""
        self._reached[epoch] = max(head, self._reached.get(epoch, head))

    def agrees(self, event: Event) -> bool:
        """Return whether the other sockets saw the same event at this place."""
        epoch, seq = event["epoch"], event["seq"]
        self.reaches(epoch, seq)
        if self.readers == 1:
            return True
        what = (event["run_id"], event["run_seq"])
        place = self._places.setdefault((epoch, seq), [what, 0])
        place[1] += 1
        if place[1] == self.readers:
            del self._places[epoch, seq]
        return bool(place[0] == what)


class History:
    """One socket's. Give it everything that arrived, in order; ``finish`` says what was lost."""

    def __init__(self, user: UserHistory, findings: Findings, reader: str) -> None:
        self._user, self._findings, self.reader = user, findings, reader
        self._epoch: str | None = None
        self._line = Line()
        self._lines: list[tuple[str, Line]] = []
        self._runs: dict[str, Line] = {}
        self._begun_before: set[str] = set()
        self._owed = ""
        self._exact = True
        self._over: set[str] = set()
        self.ended: set[str] = set()
        self.gaps: Counter[str] = Counter()
        self.taken = self.told_missing = 0

    def screen(self, text: bytes) -> None:
        """Look for another user's word in anything that arrived."""
        for found in CANARY.findall(text):
            if found == self._user.canary:
                self._user.canaries += 1
            else:
                self._add("foreign", f"{found.decode()} in {text[:200].decode(errors='replace')}")

    def hello(self, message: Event) -> None:
        """A connection begins. What it passes over is lost, until a gap tells it."""
        self._settle()
        epoch, head = message["epoch"], message["head"]
        if message["user_id"] != self._user.user_id:
            self._add("foreign", f"hello to user {message['user_id']}")
        if self._epoch is None:
            self._user.begins(epoch, head)
            self._start(epoch, head)
        elif epoch != self._epoch or (not message["resumed"] and head < self._line.last):
            self._owed = f"from {self._epoch}:{self._line.last} to {epoch}:{head}"
            self._start(epoch, head)
        elif not message["resumed"]:
            self._line.skip(head)
        self._user.reaches(epoch, head)

    def gap(self, message: Event) -> None:
        """The server says what it cannot give; that much is forgiven, and no more."""
        first, last = message["from"], message["to"]
        self.gaps[message["reason"]] += 1
        if message["reason"] == "trimmed":
            self.told_missing += last - first + 1
            self._line.forgive(first, last)
        else:
            self._owed, self._exact = "", False
            self._runs.clear()

    def replayed(self, event: Event) -> None:
        """A state: a run that began before us, or one whose end was in the gap."""
        self._settle()
        self._begun_before.add(event["run_id"])
        if event["type"] in ENDS:
            self.ended.add(event["run_id"])

    def take(self, event: Event) -> None:
        """An event that the client took: it must be its user's, the next one, and new."""
        self._settle()
        self.taken += 1
        if event["user_id"] != self._user.user_id:
            self._add("foreign", f"{_name(event)} of user {event['user_id']}")
            return
        if event["epoch"] != self._epoch:
            self._owed = f"from {self._epoch}:{self._line.last} to {event['epoch']}:{event['seq']}"
            self._start(event["epoch"], event["seq"] - 1)
        in_log, in_run = FAULTS.get(self._line.put(event["seq"])), self._fault_in_run(event)
        kind = in_log or in_run
        if kind is None and not self._user.agrees(event):
            kind = "reordered"
        if kind is not None:
            self._add(kind, _name(event))
        if event["type"] in ENDS:
            self.ended.add(event["run_id"])
            self._over.add(event["run_id"])

    def finish(self, epoch: str | None = None, head: int = 0) -> None:
        """Count what never came; with the log's position, all up to it must have come. Call once."""
        if epoch is not None:
            self._user.reaches(epoch, head)
            if epoch != self._epoch:
                self._owed = f"from {self._epoch}:{self._line.last} to {epoch}:{head}, where the log ends"
            elif head > self._line.last:
                self._line.skip(head)
        self._settle()
        lines = [*self._lines, (self._epoch, self._line)]
        for place, line in lines:
            for first, last in line.ranges():
                self._add("lost", f"{place}:{first} to {last}", last - first + 1)
        known = sum(line.missing for _, line in lines) + self.told_missing
        self._finish_runs(known)

    def _finish_runs(self, known: int) -> None:
        """What is missing in runs beyond what is missing in the log never came into the log."""
        missing = sum(line.missing for line in self._runs.values()) - known
        if missing <= 0 or not self._exact:
            return
        holes = [
            f"{first} to {last} of {run}" for run, line in self._runs.items() for first, last in line.ranges()
        ]
        self._add("lost", f"no place in the log: {', '.join(holes[:5])}", missing)

    def _fault_in_run(self, event: Event) -> Kind | None:
        run_id, number = event["run_id"], event["run_seq"]
        line = self._runs.get(run_id)
        if line is None:
            known = self._exact and run_id not in self._begun_before
            line = self._runs[run_id] = Line(0 if known else number - 1)
        fault = FAULTS.get(line.put(number))
        return "reordered" if fault is None and run_id in self._over else fault

    def _start(self, epoch: str, last: int) -> None:
        if self._epoch is not None:
            self._lines.append((self._epoch, self._line))
        self._epoch, self._line = epoch, Line(last)

    def _settle(self) -> None:
        """A position that moved was owed an explanation before anything else."""
        if self._owed:
            self._add("lost", f"the position moved {self._owed}, and no gap said so")
            self._owed = ""

    def _add(self, kind: Kind, what: str, times: int = 1) -> None:
        self._findings.add(kind, self.reader, what, times)


def _name(event: Event) -> str:
    return f"{event['epoch']}:{event['seq']} {event['type']} {event['run_seq']} of {event['run_id']}"
