# `make run` and `make test` are the only set-up: both make what they need first.
PYTHON ?= python3
ARGS ?= --demo
TESTS ?= tests
# Two more than there are cores: a test often waits for a server, a disk or a page.
WORKERS ?= $(shell echo $$(($$(nproc 2>/dev/null || echo 2) + 2)))
SPREAD = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# What Python has compiled is kept: the tests start some hundred interpreters, and a server starts twice as fast.
unexport PYTHONDONTWRITEBYTECODE
READY := .venv/.ready
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test coverage check bench lock

help: ## show this list
	@echo "Soledoor: make TARGET"
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile

run: $(READY) ## serve with a demo login; ARGS="--port 0" hands your own arguments to `soledoor serve`
	@exec $(BIN)/soledoor serve $(ARGS)

test: $(READY) ## run every test; TESTS=tests/services runs some
	@.ci/programs
	@$(BIN)/python -m pytest -q $(SPREAD) $(TESTS)

coverage: $(READY) ## run the tests under coverage; fails under 95 % of branches
	@.ci/programs
	@$(BIN)/python .ci/branches.py -q $(SPREAD) $(TESTS)

check: $(READY) ## ruff, mypy, pyright, the import contracts, deptry, our own auditor
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	PYRIGHT_PYTHON_IGNORE_WARNINGS=1 $(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/soledoor audit .

bench: $(READY) ## run every benchmark and print its figures
	@$(BIN)/python -m benchmarks all

lock: $(READY) ## renew requirements.lock from pyproject.toml (needs uv)
	.tools/bin/uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-annotate --no-header \
		--all-extras --group dev --python-version 3.11 pyproject.toml -o requirements.lock

$(READY): requirements.lock pyproject.toml .ci/prepare.py
	@$(PYTHON) .ci/prepare.py
