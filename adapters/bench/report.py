"""What a measurement found: figures, a verdict, and the same as JSON."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.bench.findings import KINDS, Findings
from adapters.bench.tally import Tally
from adapters.bench.user import User


@dataclass(frozen=True, slots=True)
class Report:
    """``figures`` is what JSON shows; ``clean`` is the verdict. A partial one was interrupted: no verdict."""

    figures: dict[str, Any]
    clean: bool
    partial: bool


def report(
    users: Sequence[User],
    findings: Findings,
    tally: Tally,
    seconds: float,
    *,
    partial: bool,
    gaps_allowed: bool = True,
) -> Report:
    """Sum up; every history is finished. Where no event came, nothing was proven."""
    readers = [reader for user in users for reader in user.readers]
    histories = [reader.client.history for reader in readers]
    sent, taken = sum(user.history.sent for user in users), sum(each.taken for each in histories)
    accepted = sum(len(user.talk.runs) for user in users)
    unended, unanswered = sum(len(u.open_runs) for u in users), sum(len(u.talk.pending) for u in users)
    gaps = sum((each.gaps for each in histories), Counter[str]())
    figures: dict[str, Any] = {
        "users": len(users),
        "sockets": len(readers),
        "seconds": round(seconds, 2),
        "events_sent": sent,
        "events_taken": taken,
        "events_per_second": round(sent / seconds, 1) if seconds else 0.0,
        "taken_per_second": round(taken / seconds, 1) if seconds else 0.0,
        "latency_ms": {
            "all": tally.all.summary(),
            "live": tally.live.summary(),
            "first_event": tally.first.summary(),
        },
        **{kind: findings.counts[kind] for kind in KINDS},
        "runs": {
            "accepted": accepted,
            "ended": accepted - unended,
            "unanswered": unanswered,
            "rejected": dict(tally.rejected),
        },
        "calls": dict(tally.calls),
        "canaries_seen": sum(user.history.canaries for user in users),
        "redelivered": tally.redelivered,
        "gaps": dict(gaps),
        "told_missing": sum(each.told_missing for each in histories),
        "cuts": tally.cuts,
        "kills": tally.kills,
        "injected": dict(tally.injected),
        "reconnects": tally.reconnects,
        "holes": tally.holes,
        "silent": tally.silent,
        "closes": dict(tally.closes),
        "refusals": dict(tally.refusals),
        "errors": dict(tally.errors),
        "sent_away": [f"{r.client.history.reader}: {r.final}" for r in readers if r.final],
        "faults": [str(fault) for fault in findings.named],
        "partial": partial,
    }
    whole = findings.clean and not unended and not unanswered and (gaps_allowed or not gaps)
    clean = whole and not partial and bool(taken)
    return Report(figures, clean, partial)
