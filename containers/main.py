"""The console script: hands the bootstrap to the command line, since no adapter may import this layer."""


def main() -> None:
    """Run the command line."""
