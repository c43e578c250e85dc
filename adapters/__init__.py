"""How the system touches the world: sockets, databases, models, tools, the terminal."""
