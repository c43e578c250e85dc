"""Event logs: one port, one contract suite, one module for each place the events are kept."""
