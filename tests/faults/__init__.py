"""Trouble on purpose, between a real client and a real server, and the tests that the trouble is real."""
