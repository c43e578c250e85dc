"""What the desk does for people."""
