"""Questions in many wordings, each with a check that works the answer out by itself."""
