"""Who called: the first line above the facades."""

import sys
from types import FrameType

from services.ports.old_uses import CallSite

_OURS = ("adapters.facades.", "adapters.legacy")


def call_site(old_name: str) -> CallSite:
    """Return the line that uses the old name, whatever imported it from where."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None and frame.f_globals.get("__name__", "").startswith(_OURS):
        frame = frame.f_back
    if frame is None:
        return CallSite(old_name, "unknown", 0, "unknown")
    code = frame.f_code
    return CallSite(old_name, code.co_filename, frame.f_lineno, code.co_qualname)
