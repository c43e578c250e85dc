"""Port: where tools come from. A toolkit is asked once, when the application starts."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from services.tools.tool import Tool


class Toolkit(ABC):
    """A source of tools."""

    @abstractmethod
    def tools(self) -> Sequence[Tool]:
        """Return the tools; raises ``ToolDefinitionError`` naming the one that cannot be used."""
