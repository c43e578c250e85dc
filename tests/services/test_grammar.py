"""The order of a run's events, as a state machine held against an independent reading of the protocol."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import GrammarError
from services.events import EventType as E
from services.grammar import DIRECT, RunGrammar
from tests.grammar_reading import is_allowed

STEPS = st.lists(
    st.tuples(
        st.sampled_from(list(E)), st.sampled_from(["agent", DIRECT]), st.sampled_from(["a", "b", None])
    ),
    max_size=14,
)


@given(STEPS)
def test_accepts_exactly_what_the_protocol_allows(steps):
    grammar = RunGrammar("r")
    taken: list[tuple[str, str, str | None]] = []
    for step in steps:
        wanted = is_allowed(taken, step)
        try:
            grammar.accept(*step)
        except GrammarError:
            assert not wanted, (taken, step)
        else:
            assert wanted, (taken, step)
            taken.append(step)


@pytest.mark.parametrize(
    ("before", "step", "reason"),
    [
        ([], (E.AGENT_THINKING, "agent", None), "agent_started comes first"),
        ([(E.AGENT_STARTED, "agent", None)], (E.AGENT_STARTED, "agent", None), "started already"),
        ([(E.AGENT_STARTED, "agent", None)], (E.TOOL_COMPLETED, "agent", "c"), "call c is not open"),
        ([(E.TOOL_EXECUTING, DIRECT, "c")], (E.TOOL_EXECUTING, DIRECT, "c"), "was started before"),
        (
            [(E.AGENT_STARTED, "agent", None), (E.AGENT_COMPLETED, "agent", None)],
            (E.AGENT_THINKING, "agent", None),
            "the run has ended",
        ),
        (
            [(E.AGENT_STARTED, "agent", None), (E.SUBAGENT_STARTED, "agent", "s")],
            (E.SUBAGENT_STARTED, "agent", "s"),
            "subagent s is open already",
        ),
    ],
)
def test_a_refusal_names_the_run_the_event_and_the_reason(before, step, reason):
    grammar = RunGrammar("run_7")
    for earlier in before:
        grammar.accept(*earlier)
    with pytest.raises(GrammarError, match=reason) as refusal:
        grammar.accept(*step)
    assert "run_7" in str(refusal.value)
    assert step[0] in str(refusal.value)
