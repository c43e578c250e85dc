"""The doorstep: makes sure that the four packages are ours before importing any, then runs the command line.

Their names are plain words, so another distribution, or a folder on PYTHONPATH, could stand in front of one.
"""

import os
import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent
PACKAGES = ("config", "services", "adapters", "containers")


def main() -> None:
    """Run the command line; exit code 2 when a package is not ours."""
    complaint = shadowed()
    if complaint:
        sys.stderr.write(f"soledoor: {complaint}\n")
        raise SystemExit(2)
    # At the end, so that a tool module in the working directory is found but stands before nothing.
    sys.path.append(str(Path.cwd()))
    from containers.main import main as run  # noqa: PLC0415 - only now is it known to be ours

    run()


def shadowed() -> str:
    """Return what stands in front of a package of ours, and the cure; empty when all is well."""
    for name in PACKAGES:
        spec = find_spec(name)
        places = list(spec.submodule_search_locations or (spec.origin,)) if spec else []
        if [Path(str(place)).resolve() for place in places] != [ROOT / name]:
            found = ", ".join(str(place) for place in places) or "nothing"
            return (
                f"the package {name!r} is shadowed: {found} is found instead of {ROOT / name}. "
                f"Uninstall that distribution, or take its folder out of PYTHONPATH{_hint()}"
            )
    return ""


def _hint() -> str:
    return f" (now {os.environ['PYTHONPATH']})" if os.environ.get("PYTHONPATH") else ""


if __name__ == "__main__":
    main()
