"""One file on disk in, its records out, whatever the file holds."""

import io
import tokenize
from hashlib import blake2b
from pathlib import Path
from typing import Any

from services.audit.facts.reading import read_source
from services.audit.facts.records import written

LARGEST = 4 * 1024 * 1024
"""Bytes from which a file is taken for generated data: parsing takes a hundred times its size in memory."""


class NotRead(Exception):
    """A file cannot be read; the text says why."""


def digest_of(content: bytes) -> str:
    """Return what stands for a file's content."""
    return blake2b(content, digest_size=16).hexdigest()


def content_of(place: Path) -> bytes:
    """Return a file's bytes; raises ``NotRead``."""
    try:
        content = place.read_bytes()
    except OSError as error:
        raise NotRead(f"cannot be opened: {error.strerror}") from error
    if len(content) > LARGEST:
        raise NotRead(
            f"has {len(content):,} bytes; files of more than {LARGEST:,} are taken for generated data"
        )
    return content


def read_file(place: Path) -> tuple[str, Any]:
    """Return the digest of a file with its records, as nested lists, or the reason why it has none."""
    digest = ""
    try:
        content = content_of(place)
        digest = digest_of(content)
        return digest, rows_of(content)
    except NotRead as error:
        return digest, str(error)


def rows_of(content: bytes) -> list[Any]:
    """Return the records of a file as nested lists; raises ``NotRead``."""
    try:
        return written(read_source(_text(content)))
    except SyntaxError as error:
        raise NotRead(f"line {error.lineno or 1}: {error.msg}") from error
    except (RecursionError, MemoryError) as error:
        raise NotRead("is nested too deeply to be parsed") from error
    except ValueError as error:  # null bytes, and characters that no encoding has
        raise NotRead(str(error)) from error


def _text(content: bytes) -> str:
    encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
    text = content.decode(encoding)
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
