"""UserExecutionContext: who is asking, in which thread and run. Filled in below."""


class UserExecutionContext:
    """Placeholder until the real one lands in this file."""
