"""The code auditor: source text in, findings out. It reads, and neither imports nor runs what it reads."""
