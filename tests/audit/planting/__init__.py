"""Violations of every rule, and what looks like one and is none, planted into packages from PyPI."""
