"""Draws findings for judgement by a fixed seed: ``python -m tests.audit.judged.drawing REPORT.json``."""

import json
import random
import sys
from pathlib import Path
from typing import Any

SEED, COUNT = 20261129, 20


def drawn(report: dict[str, Any]) -> list[dict[str, Any]]:
    """Return 20 findings, in order of place; the same ones for the same report."""
    chosen = random.Random(SEED).sample(report["findings"], min(COUNT, len(report["findings"])))
    return sorted(chosen, key=lambda each: (each["file"], each["line"], each["rule"]))


if __name__ == "__main__":
    for finding in drawn(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))):
        sys.stdout.write(f"{finding['file']}:{finding['line']} {finding['rule']} {finding['message']}\n")
