"""Metrics as Prometheus reads them: which there are, how they are named, how many labels each may have."""

from collections.abc import Callable, Iterator

from prometheus_client import (
    CollectorRegistry,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from adapters.telemetry.tallies import MOST_LABELS, Names, Spread, Tally
from services.events import EventType
from services.ports.metrics import Metrics
from services.sealed import Sealed

CALL_SECONDS = (0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0)
RUN_SECONDS = (0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 300.0, 600.0)


class PrometheusMetrics(Metrics, metaclass=Sealed):
    """Metrics in a registry of their own, so that two applications in one process do not mix."""

    def __init__(self, most_tools: int = MOST_LABELS) -> None:
        self._registry = CollectorRegistry()
        self._tools, self._words = Names(most_tools), Names()
        self._readings: dict[str, _Reading] = {}
        self._open_sockets = 0.0
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._calls = self._tally("tool_calls", "Tool calls that ended", "tool", "outcome")
        self._runs = self._tally("runs", "Runs that ended", "status")
        self._refusals = self._tally("refusals", "Requests that were refused", "reason")
        self._events = self._tally("events", "Events appended to the log", "type")
        self._heals = self._tally("heals", "Logs read again since no wake-up told of new events")
        self._lapped = self._tally("lapped_readers", "Readers that were too slow for what is kept")
        self._resumes = self._tally("resumes", "Readers that came back to their place", "outcome")
        self._logins = self._tally("logins", "Logins", "outcome")
        self._foreign = self._tally("foreign_access", "Attempts to reach what belongs to another user")
        self._shed = self._tally("events_shed", "Events that gave way while the log was out of reach")
        self._told = self._tally("runs_told", "Runs whose end reached the log")
        self._delivered = self._tally("runs_delivered", "Runs whose end was acknowledged by a client")
        self._call_seconds = self._spread(
            "tool_call_seconds", "How long tool calls took", CALL_SECONDS, "tool"
        )
        self._run_seconds = self._spread("run_seconds", "How long runs took", RUN_SECONDS, "status")
        self._delivery_seconds = self._spread(
            "run_delivery_seconds", "How long after its end was told a run was delivered", CALL_SECONDS
        )
        self.watch("sockets", "Open sockets and streams", lambda: self._open_sockets)

    def tool_call(self, tool: str, outcome: str, seconds: float) -> None:
        """Count one ended tool call."""
        tool = self._tools.of(tool)
        self._calls.add(tool, self._words.of(outcome))
        self._call_seconds.observe(seconds, tool)

    def run_ended(self, status: str, seconds: float) -> None:
        """Count one ended run."""
        status = self._words.of(status)
        self._runs.add(status)
        self._run_seconds.observe(seconds, status)

    def refused(self, reason: str) -> None:
        """Count one refusal."""
        self._refusals.add(self._words.of(reason))

    def event_appended(self, event_type: EventType) -> None:
        """Count one event."""
        self._events.add(event_type)

    def healed(self) -> None:
        """Count one heal."""
        self._heals.add()

    def reader_lapped(self) -> None:
        """Count one lapped reader."""
        self._lapped.add()

    def resumed(self, outcome: str) -> None:
        """Count one resume."""
        self._resumes.add(self._words.of(outcome))

    def events_shed(self, count: int) -> None:
        """Count events that gave way."""
        self._shed.add(count=count)

    def run_told(self) -> None:
        """Count one run whose end was told."""
        self._told.add()

    def run_delivered(self, seconds: float) -> None:
        """Count one run that was delivered."""
        self._delivered.add()
        self._delivery_seconds.observe(seconds)

    def login(self, outcome: str) -> None:
        """Count one login."""
        self._logins.add(self._words.of(outcome))

    def foreign_access(self) -> None:
        """Count one attempt to reach what is another user's."""
        self._foreign.add()

    def sockets(self, count: int) -> None:
        """Say how many sockets are open."""
        self._open_sockets = float(count)

    def watch(self, name: str, description: str, read: Callable[[], float | None]) -> None:
        """Show a value that is read when somebody looks."""
        if name in self._readings:
            self._readings[name].read = read
            return
        self._readings[name] = _Reading(f"soledoor_{name}", description, read)
        self._registry.register(self._readings[name])

    def render(self) -> bytes:
        """Return the Prometheus text."""
        return generate_latest(self._registry)

    def _tally(self, name: str, description: str, *labels: str) -> Tally:
        tally = Tally(f"soledoor_{name}", description, *labels)
        self._registry.register(tally)
        return tally

    def _spread(self, name: str, description: str, bounds: tuple[float, ...], *labels: str) -> Spread:
        spread = Spread(f"soledoor_{name}", description, labels, bounds)
        self._registry.register(spread)
        return spread


class _Reading(Collector):
    def __init__(self, name: str, description: str, read: Callable[[], float | None]) -> None:
        self._name, self._description, self.read = name, description, read

    def collect(self) -> Iterator[GaugeMetricFamily]:
        value = self.read()
        if value is not None:
            yield GaugeMetricFamily(self._name, self._description, value=value)
