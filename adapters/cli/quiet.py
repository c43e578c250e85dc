"""How much a command logs: a person reads the screen, so only what went wrong, unless more was asked for."""

from config.settings import Settings


def quiet(settings: Settings) -> Settings:
    """Return the settings with the log at ``error``, where nothing else was set."""
    if "level" in settings.logs.model_fields_set:
        return settings
    return settings.model_copy(update={"logs": settings.logs.model_copy(update={"level": "error"})})
