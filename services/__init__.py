"""What the system does: values, roles and use cases; no I/O, and nothing of the other layers."""
