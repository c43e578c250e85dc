"""How threads, messages and runs are written as rows and read back."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from adapters.storage.values import from_json, maybe_moment, micros, moment, plain, to_json
from services.ports.events import Place
from services.ports.runs import NewRun, Run, RunError, RunStatus, StoredMessage, Thread

TITLE = 60


def title_of(content: str) -> str:
    """Return the first words of a message, at most 60 characters."""
    words = " ".join(plain(content[:500]).split())
    if len(words) <= TITLE:
        return words or "New thread"
    return words[:TITLE].rsplit(" ", 1)[0][: TITLE - 1] + "…"


def thread_row(user_id: str, thread: Thread) -> dict[str, object]:
    """Return a new thread's row."""
    return {
        "user_id": user_id,
        "thread_id": thread.thread_id,
        "title": thread.title,
        "created_at": micros(thread.created_at),
    }


def message_row(user_id: str, thread_id: str, message: StoredMessage) -> dict[str, object]:
    """Return the row of one turn of this thread."""
    return {
        "user_id": user_id,
        "message_id": message.message_id,
        "thread_id": thread_id,
        "role": message.role,
        "content": plain(message.content),
        "run_id": message.run_id,
        "created_at": micros(message.created_at),
    }


def queued(new: NewRun, owner: str, now: datetime) -> Run:
    """Return the run that a message starts, before it is known whether its turn has come."""
    return Run(
        run_id=new.run_id,
        user_id=new.user_id,
        thread_id=new.thread_id or new.new_thread_id,
        message_id=new.message_id,
        status=RunStatus.QUEUED,
        created_at=now,
        agent=new.agent,
        files=new.files,
        owner=owner,
    )


def run_row(run: Run) -> dict[str, object]:
    """Return a new run's row."""
    return {
        "user_id": run.user_id,
        "run_id": run.run_id,
        "thread_id": run.thread_id,
        "message_id": run.message_id,
        "status": run.status.value,
        "created_at": micros(run.created_at),
        "agent": run.agent,
        "files": to_json(run.files).decode() if run.files else None,
        "answer": None,
        "error": None,
        "started_at": None if run.started_at is None else micros(run.started_at),
        "finished_at": None,
        "owner": run.owner,
        "fence": run.fence,
        "end_epoch": None,
        "end_seq": None,
        "told_at": None,
        "delivered_at": None,
    }


def error_text(error: RunError | None) -> str | None:
    """Return a run's error as JSON text."""
    return None if error is None else to_json(asdict(error)).decode()


def run_of(row: Any) -> Run:
    """Return the run of a row."""
    return Run(
        run_id=row.run_id,
        user_id=row.user_id,
        thread_id=row.thread_id,
        message_id=row.message_id,
        status=RunStatus(row.status),
        created_at=moment(row.created_at),
        agent=row.agent,
        files=tuple(from_json(row.files)) if row.files else (),
        answer=row.answer,
        error=RunError(**from_json(row.error)) if row.error else None,
        started_at=maybe_moment(row.started_at),
        finished_at=maybe_moment(row.finished_at),
        owner=row.owner,
        fence=row.fence,
        told=None if row.end_seq is None else Place(row.end_epoch, row.end_seq),
        told_at=maybe_moment(row.told_at),
        delivered_at=maybe_moment(row.delivered_at),
    )


def thread_of(row: Any) -> Thread:
    """Return the thread of a row."""
    return Thread(row.thread_id, row.title, moment(row.created_at))


def message_of(row: Any) -> StoredMessage:
    """Return the message of a row."""
    return StoredMessage(row.message_id, row.role, row.content, row.run_id, moment(row.created_at))
