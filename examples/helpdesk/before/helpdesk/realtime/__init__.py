"""Ways to tell a user what is going on; each team added its own."""
