"""Which benchmarks there are: ``python -m benchmarks scope|call|run|…|all [--json FILE]``."""

import argparse
import importlib
from functools import partial
from pathlib import Path

import anyio

NAMES = {
    "scope": "open and close a request scope",
    "call": "one tool call through the whole pipeline",
    "run": "one whole run, 100 at once",
    "log": "the event log, in memory and durable",
    "sockets": "memory of an idle socket, an event to each of a thousand, and silent readers",
    "audit": "the auditor over 2,000 files",
    "latency": "an event, from emit to the client",
}


def main() -> None:
    """Run the benchmarks that were asked for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "name", choices=[*NAMES, "all"], help="; ".join(f"{n}: {t}" for n, t in NAMES.items())
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write the figures here (one benchmark only)"
    )
    wanted = parser.parse_args()
    for name in NAMES if wanted.name == "all" else (wanted.name,):
        anyio.run(partial(importlib.import_module(f"benchmarks.{name}").main, wanted.json))


if __name__ == "__main__":
    main()
