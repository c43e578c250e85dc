"""Names that are refused: what they stood for worked for nobody in particular."""

from typing import Any, NoReturn

from adapters.facades.uses import refused


class Retired:
    """Stands where an old class, function or object stood; whatever is done with it says what to use."""

    def __init__(self, old_name: str, instead: str) -> None:
        self._old_name, self._instead = old_name, instead

    def __call__(self, *args: object, **kwargs: object) -> NoReturn:
        """Refuse."""
        raise refused(self._old_name, self._instead)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):  # what Python itself asks is answered as usual
            raise AttributeError(name)
        raise refused(f"{self._old_name}.{name}", self._instead)

    def __mro_entries__(self, bases: tuple[object, ...]) -> NoReturn:
        raise refused(self._old_name, self._instead)
