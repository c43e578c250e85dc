"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Data = Annotated[
    Path | None,
    typer.Option(help="Directory for everything Soledoor keeps [default: data].", show_default=False),
]
Config = Annotated[
    Path | None, typer.Option(help="Settings file (TOML) [env: SOLEDOOR_CONFIG].", show_default=False)
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
