"""Where a secret comes from that nobody configured: made once, kept in the data directory, private."""

import os
import secrets
import tempfile
from pathlib import Path

from adapters.storage.directory import unusable, usable

SECRET_BYTES = 32


def load_or_create(data: Path, name: str) -> bytes:
    """Return the 32 random bytes kept under this name (mode 0600), making them the first time.

    Two processes that ask at once get the same. Raises ``InvalidInput`` with field ``data`` when the
    directory cannot be used or the file does not hold a whole secret.
    """
    path = usable(data) / name
    if not path.exists():
        _create(path)
    secret = path.read_bytes()
    if len(secret) < SECRET_BYTES:
        raise unusable(path, "is damaged", "restore it, or delete it and everyone logs in anew")
    path.chmod(0o600)
    return secret


def _create(path: Path) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-") as whole:
        whole.write(secrets.token_bytes(SECRET_BYTES))
        whole.flush()
        os.fsync(whole.fileno())
        try:
            path.hardlink_to(whole.name)
        except FileExistsError:
            return  # another process was first: its secret is the one
