"""Redis, or what speaks like it: one link to the server, and what is kept there as scripts it runs whole."""
