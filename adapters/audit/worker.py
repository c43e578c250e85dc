"""A process that reads files for another: a line of names in, a line of records out, until its input ends."""

import gc
import sys
from pathlib import Path

import orjson

from adapters.audit.reading import read_file


def main() -> None:
    """Answer each line: ``[root, [path, …]]`` with ``[[digest, records or reason], …]``, as JSON."""
    gc.disable()  # a syntax tree holds no circles, and looking for them takes a third of the time
    for line in sys.stdin.buffer:
        root, paths = orjson.loads(line)
        sys.stdout.buffer.write(orjson.dumps([read_file(Path(root) / path) for path in paths]) + b"\n")
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
