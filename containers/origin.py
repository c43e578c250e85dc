"""Whose packages these are: the four layers must come from one place, and not from somebody else's
distribution.

Their names are generic by intention; Soledoor is run from its own environment. Where another distribution
of the same name lies in the way, parts of it would be mixed into ours, so the process refuses to start.
"""

import importlib.util
from pathlib import Path

from services.errors import FieldError, InvalidInput

LAYERS = ("config", "services", "adapters", "containers")


def refuse_foreign_packages() -> None:
    """Return, or raise ``InvalidInput`` naming the package that comes from elsewhere."""
    home = Path(__file__).resolve().parent.parent
    foreign = [(layer, place) for layer in LAYERS if (place := _place(layer)) != home / layer]
    if foreign:
        raise InvalidInput(
            "Another distribution shadows Soledoor's packages.",
            errors=[
                FieldError(
                    layer, f"comes from {place}: uninstall that, or run from Soledoor's own environment"
                )
                for layer, place in foreign
            ],
        )


def _place(layer: str) -> Path | None:
    found = importlib.util.find_spec(layer)
    if found is None or found.origin is None:
        return None
    return Path(found.origin).resolve().parent
