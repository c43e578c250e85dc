"""What of a value may be seen where."""

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.sanitising import REDACTED, redacted, shown_error, shown_parameters, shown_result

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON)
def test_values_are_copied_never_changed(value):
    before = copy.deepcopy(value)
    for look in (redacted, shown_parameters, shown_result):
        look(value)
    assert value == before


@given(JSON)
def test_a_secret_key_hides_whatever_it_holds(value):
    for look in (redacted, shown_parameters, shown_result):
        assert look([{"api_key": value}]) == [{"api_key": REDACTED}]


def test_cuts_differ_between_parameters_and_results_and_spare_records():
    value = {"text": "x" * 600, "items": list(range(12))}
    assert shown_parameters(value)["text"] == "x" * 200 + "..."
    assert shown_result(value)["text"] == "x" * 500 + "..."
    assert shown_parameters(value)["items"] == [*range(10), "...(truncated)"]
    assert redacted(value) == value


def test_deeper_than_anybody_reads_is_hidden_not_followed():
    deep: list[Any] = [{"k": []}]
    for _ in range(200):
        deep = [{"k": deep}]
    assert REDACTED in str(redacted(deep))
    assert REDACTED in str(redacted([deep]))


def test_errors_lose_paths_and_length():
    text = shown_error("cannot open /etc/app/key.pem or C:\\app\\key.pem: " + "y" * 400)
    assert "app" not in text
    assert len(text) <= 300
