"""The analyst: the agent for tables."""

from services.agents.loop import ToolAgent


class Analyst(ToolAgent):
    """Answers questions about tables the user handed in."""

    name = "analyst"
    description = (
        "Questions about tables and CSV files: columns, rows, counts, sums, averages, minima, maxima, "
        "groups, filters, rankings."
    )
    instructions = (
        "You answer questions about tables. Look at a table's columns with table_describe before you query "
        "it, then ask with one SQL SELECT over the table `data`. Give the figures you found, never guessed "
        "ones."
    )
    tools = ("table_*", "calculate")
