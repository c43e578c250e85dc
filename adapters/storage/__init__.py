"""Where users, threads, runs, notes, files and calls are kept: SQLAlchemy Core over SQLite."""
