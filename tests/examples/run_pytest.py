"""Runs pytest in a fork of the loaded interpreter, as the console script would."""

import sys

import pytest

raise SystemExit(pytest.main(sys.argv[1:]))
