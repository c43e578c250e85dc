"""A help desk: tickets, articles, escalations."""
