"""Measuring a server from outside: clients by the protocol, load through real doors, a checker that sees."""
