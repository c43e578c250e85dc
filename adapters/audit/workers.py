"""Reading many files, in as many processes as there are cores."""

import os
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

import orjson

from adapters.audit.reading import read_file
from adapters.audit.walking import Found

FEW = 150
"""Files up to which another process costs more time than it saves."""
BATCH = 25
MOST = 8
"""Processes from which the one that gathers what they read is the slowest."""
COMMAND = (sys.executable, "-P", "-m", "adapters.audit.worker")


class Read(NamedTuple):
    """What came of one file: its digest, and its records as nested lists or the reason why there are none."""

    found: Found
    digest: str
    rows: Any


def read_all(
    root: Path, files: Sequence[Found], processes: int | None = None, command: Sequence[str] = COMMAND
) -> Iterator[Read]:
    """Yield each file once it is read, in any order. A file that kills its process is reported, not fatal."""
    count = processes or min(len(os.sched_getaffinity(0)), MOST)
    if len(files) <= FEW or count == 1:
        for found in files:
            yield Read(found, *read_file(root / found.path))
        return
    batches = deque(files[start : start + BATCH] for start in range(0, len(files), BATCH))
    done: SimpleQueue[Read | None] = SimpleQueue()
    threads = [Thread(target=_serve, args=(root, batches, done, command), daemon=True) for _ in range(count)]
    for thread in threads:
        thread.start()
    for _ in threads:
        while (read := done.get()) is not None:
            yield read


def _serve(
    root: Path, batches: "deque[Sequence[Found]]", done: "SimpleQueue[Read | None]", command: Sequence[str]
) -> None:
    """Feed one process after the other until nothing is left; a thread of its own waits here for answers."""
    worker = _started(command)
    try:
        while batches:
            try:
                batch = batches.popleft()
            except IndexError:  # another thread was faster
                break
            answers = _asked(worker, root, batch)
            if answers is None:
                worker = _started(command)
                if len(batch) > 1:  # each alone, so that only the one that kills is lost
                    batches.extend([found] for found in batch)
                else:
                    done.put(Read(batch[0], "", "the process that read it died"))
                continue
            for found, (digest, rows) in zip(batch, answers, strict=True):
                done.put(Read(found, digest, rows))
    finally:
        _ended(worker)
        done.put(None)


def _started(command: Sequence[str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]
    )


def _asked(worker: "subprocess.Popen[bytes]", root: Path, batch: Sequence[Found]) -> Any:
    """Return the worker's answer, None when it died."""
    assert worker.stdin is not None
    assert worker.stdout is not None
    try:
        worker.stdin.write(orjson.dumps([str(root), [found.path for found in batch]]) + b"\n")
        worker.stdin.flush()
        line = worker.stdout.readline()
        if line.endswith(b"\n"):
            return orjson.loads(line)
    except OSError:
        pass
    _ended(worker)
    return None


def _ended(worker: "subprocess.Popen[bytes]") -> None:
    assert worker.stdin is not None
    assert worker.stdout is not None
    with suppress(OSError):  # what was still to be written goes to nobody
        worker.stdin.close()
    worker.stdout.close()
    worker.wait()
