"""Side-by-side measurements: ``python -m benchmarks NAME``. Each prints a table and, with ``--json FILE``,
the figures.
"""
