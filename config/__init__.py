"""What an operator may change: settings, read once, and logging, configured once."""
