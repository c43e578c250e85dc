"""Reading many files, in as many processes as there are cores."""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import orjson

from adapters.audit.reading import NotRead, content_of, digest_of, records_of
from adapters.audit.walking import Found

FEW = 150
"""Files up to which another process costs more time than it saves."""
BATCH = 25


class Read(NamedTuple):
    """What came of one file: its digest and its records as bytes, or the reason why there are none."""

    found: Found
    digest: str
    records: bytes
    reason: str


def read_all(root: Path, files: Sequence[Found], processes: int | None = None) -> Iterator[Read]:
    """Yield each file once it is read, in any order."""
    count = processes or min(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 2, 8)
    if len(files) <= FEW or count == 1:
        for found in files:
            yield read_one(root, found)
        return
    batches = [files[start : start + BATCH] for start in range(0, len(files), BATCH)]
    yield from _in_processes(root, batches, count, read_batch)


def read_batch(root: Path, files: Sequence[Found]) -> list[Read]:
    """Read some files one after the other."""
    return [read_one(root, found) for found in files]


def read_one(root: Path, found: Found) -> Read:
    """Read one file."""
    digest = ""
    try:
        if found.size < 0:
            raise NotRead("is a link that leads nowhere")
        content = content_of(root / found.path)
        digest = digest_of(content)
        return Read(found, digest, records_of(content), "")
    except NotRead as error:
        return Read(found, digest, b"", str(error))


Reader = Callable[[Path, Sequence[Found]], list[Read]]


def _in_processes(
    root: Path, batches: Sequence[Sequence[Found]], count: int, reader: Reader
) -> Iterator[Read]:
    left = list(batches)
    with ProcessPoolExecutor(count, mp_context=get_context("spawn")) as pool:
        waiting = {pool.submit(reader, root, batch): batch for batch in batches}
        try:
            for done in as_completed(waiting):
                yield from done.result()
                left.remove(waiting[done])
        except BrokenProcessPool:
            pass
    for batch in left:  # a process died: each file alone, so that only the one that kills is lost
        for found in batch:
            yield from _alone(root, found, reader)


def _alone(root: Path, found: Found, reader: Reader) -> list[Read]:
    try:
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            return pool.submit(reader, root, [found]).result()
    except BrokenProcessPool:
        return [Read(found, "", b"", "the process that read it died")]


def rows_of(read: Read) -> object:
    """Return the records of a file as nested lists, or the reason."""
    return read.reason or orjson.loads(read.records)
