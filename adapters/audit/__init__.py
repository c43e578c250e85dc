"""How the auditor touches the world: files and processes on one side, reports on the other."""
