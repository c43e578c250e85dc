"""What a process that works alone agrees on with nobody: the shared ports, in memory."""
