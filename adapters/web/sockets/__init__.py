"""The socket: a reader that never waits for work, a writer that follows the log, commands in between."""
