"""How the application is doing: metrics, memory, and a watch on the loop."""
