"""Real servers for tests: each private to its test session, on a free port, killed with it."""
