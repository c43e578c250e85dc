from prometheus_client.parser import text_string_to_metric_families

from adapters.telemetry.metrics import PrometheusMetrics
from services.events import EventType
from tests.build import build

Labels = tuple[tuple[str, str], ...]


def samples(metrics: PrometheusMetrics) -> dict[tuple[str, Labels], float]:
    """Return what a Prometheus server would read."""
    families = text_string_to_metric_families(metrics.render().decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_tool_calls_are_counted_by_tool_and_outcome_and_timed() -> None:
    metrics = build(PrometheusMetrics)
    for seconds in (0.0005, 0.001, 0.02, 100):
        metrics.tool_call("calculate", "completed", seconds)
    metrics.tool_call("calculate", "timeout", 30)
    read = samples(metrics)
    tool = ("tool", "calculate")
    assert read["soledoor_tool_calls_total", (("outcome", "completed"), tool)] == 4
    assert read["soledoor_tool_calls_total", (("outcome", "timeout"), tool)] == 1
    assert read["soledoor_tool_call_seconds_bucket", (("le", "0.001"), tool)] == 2
    assert read["soledoor_tool_call_seconds_bucket", (("le", "0.05"), tool)] == 3
    assert read["soledoor_tool_call_seconds_bucket", (("le", "+Inf"), tool)] == 5
    assert read["soledoor_tool_call_seconds_count", (tool,)] == 5
    assert read["soledoor_tool_call_seconds_sum", (tool,)] == 0.0005 + 0.001 + 0.02 + 100 + 30


def test_the_other_counters_move_by_one() -> None:
    metrics = build(PrometheusMetrics)
    metrics.run_ended("completed", 2)
    metrics.refused("rate_limited")
    metrics.event_appended(EventType.AGENT_STARTED)
    metrics.healed()
    metrics.reader_lapped()
    metrics.resumed("trimmed")
    metrics.login("failed")
    metrics.foreign_access()
    metrics.sockets(7)
    read = samples(metrics)
    assert read["soledoor_runs_total", (("status", "completed"),)] == 1
    assert read["soledoor_run_seconds_sum", (("status", "completed"),)] == 2
    assert read["soledoor_refusals_total", (("reason", "rate_limited"),)] == 1
    assert read["soledoor_events_total", (("type", "agent_started"),)] == 1
    assert read["soledoor_heals_total", ()] == 1
    assert read["soledoor_lapped_readers_total", ()] == 1
    assert read["soledoor_resumes_total", (("outcome", "trimmed"),)] == 1
    assert read["soledoor_logins_total", (("outcome", "failed"),)] == 1
    assert read["soledoor_foreign_access_total", ()] == 1
    assert read["soledoor_sockets", ()] == 7


def test_an_alert_can_rely_on_the_counter_of_foreign_access_from_the_start() -> None:
    assert samples(build(PrometheusMetrics))["soledoor_foreign_access_total", ()] == 0


def test_names_from_outside_cannot_make_labels_without_end() -> None:
    metrics = build(PrometheusMetrics, most_tools=3)
    for number in range(1000):
        metrics.tool_call(f"tool-{number}", "completed", 0.1)
        metrics.tool_call("tool-0", f"outcome-{number}", 0.1)
        metrics.refused(f"reason-{number}")
    read = samples(metrics)
    tools = {dict(labels)["tool"] for name, labels in read if name == "soledoor_tool_calls_total"}
    assert tools == {"tool-0", "tool-1", "tool-2", "other"}
    assert len(read) < 600


def test_watched_values_are_read_when_somebody_looks() -> None:
    metrics, depth = build(PrometheusMetrics), [1.0]
    metrics.watch("writer_queue", "Rows that wait to be written", lambda: depth[0])
    metrics.watch("unknown_bytes", "Cannot be read here", lambda: None)
    depth[0] = 5
    assert samples(metrics)["soledoor_writer_queue", ()] == 5
    metrics.watch("writer_queue", "Rows that wait to be written", lambda: 9)
    read = samples(metrics)
    assert read["soledoor_writer_queue", ()] == 9
    assert ("soledoor_unknown_bytes", ()) not in read


def test_the_process_itself_is_measured() -> None:
    assert samples(build(PrometheusMetrics))["process_resident_memory_bytes", ()] > 0


def test_two_applications_in_one_process_do_not_mix() -> None:
    one, two = build(PrometheusMetrics), build(PrometheusMetrics)
    one.foreign_access()
    assert samples(two)["soledoor_foreign_access_total", ()] == 0


def test_hostile_label_values_are_escaped() -> None:
    metrics = build(PrometheusMetrics)
    metrics.refused('"}\n evil 1')
    assert samples(metrics)["soledoor_refusals_total", (("reason", '"}\n evil 1'),)] == 1
