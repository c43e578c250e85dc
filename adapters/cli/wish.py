"""What was typed after `serve`, and the settings it makes."""

from dataclasses import dataclass
from pathlib import Path

from config.reading import read_settings
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class Wish:
    """The options; None where nothing was typed."""

    host: str | None = None
    port: int | None = None
    data: Path | None = None
    config: Path | None = None
    demo: bool = False
    workers: int = 1

    def settings(self) -> Settings:
        """Read the settings with these on top."""
        server = {"host": self.host, "port": self.port}
        given = {name: value for name, value in server.items() if value is not None}
        return read_settings(self.config, data=self.data, server=given or None)
