"""The assistant: the general agent, with every tool its user may call."""

from services.agents.loop import ToolAgent


class Assistant(ToolAgent):
    """Answers general questions."""

    name = "assistant"
    description = (
        "General questions: arithmetic, percentages and unit conversion, time and time zones, notes "
        "(remember, find, list, delete), the state of the system, and anything no other agent is for."
    )
    instructions = (
        "You are a helpful assistant. Use the tools for every calculation, time, note or lookup instead of "
        "guessing. Answer briefly and plainly, in the language of the question. Say so when you cannot help."
    )
