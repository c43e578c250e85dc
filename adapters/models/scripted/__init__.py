"""The scripted model: Soledoor's offline default."""

from adapters.models.scripted.model import ScriptedModel

__all__ = ["ScriptedModel"]
