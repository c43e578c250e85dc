"""A port that nobody takes meanwhile: a server of a test is stopped, and must come back to its own."""

import random
import socket

BELOW_THE_EPHEMERAL = range(15_000, 32_000)
"""Outgoing connections are given numbers from 32,768 on (Linux), also that of a server that is away."""


def free_port() -> int:
    """Return one that can be bound now."""
    while True:
        port = random.choice(BELOW_THE_EPHEMERAL)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
