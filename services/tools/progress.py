"""Progress: how a running tool tells its user how far it is, from the loop or from any thread."""

from abc import ABC, abstractmethod


class Progress(ABC):
    """Handed to a tool that has a parameter annotated ``Progress``."""

    @abstractmethod
    def report(
        self,
        message: str = "",
        *,
        percentage: float | None = None,
        current_step: int | None = None,
        total_steps: int | None = None,
    ) -> None:
        """Send a ``progress_update``; order is kept, also from worker threads.

        Never blocks the loop and never raises because of delivery. After the tool has ended it does nothing.
        """
