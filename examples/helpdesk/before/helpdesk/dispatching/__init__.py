"""Ways to call a tool; each team added its own."""
