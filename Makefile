# A fresh clone needs Python 3.11 to 3.13 and make. Everything is installed into .venv, from the lock, by hash.
#
#   make install  lay out .venv; the others do it by themselves
#   make demo     see your kind of orders become customers and invoices
#   make test     the tests of the rules, the adapters and the flows
#   make slow     the same rules on PostgreSQL, and runs of many processes
#   make check    style, types and the one-way arrows
#   make ui       the Prefect UI with the demo's runs in it
#   make bench    how fast it is on this machine
#   make scale    several workers on PostgreSQL, and one of them killed
#
# Another Python: make PYTHON=python3.12 demo. One suite, other options: make test SUITES=unit PYTEST="-q -x -k cvr".

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

PYTHON ?= python3
SUITES ?= unit contract flows
PYTEST ?= -q
WORKERS ?= -n 3 --dist worksteal
ROUNDS ?=
KILLS ?=
SEED ?=
BIN := .venv/bin

export PREFECT_SERVER_ANALYTICS_ENABLED = false
export DO_NOT_TRACK = 1

.PHONY: help install demo ui test slow check format chaos official browser tryton bench scale lock clean

help:
	@sed -n 's/^#   //p' Makefile

install: .venv/installed

demo: .venv/installed
	@$(BIN)/afstem demo

ui: .venv/installed
	@$(BIN)/afstem up --config afstem-demo/afstem.toml

test: .venv/installed-dev
	$(BIN)/pytest $(PYTEST) $(WORKERS) $(addprefix tests/,$(SUITES))

check: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

slow: WORKERS = -n 4 --dist worksteal
slow: .venv/installed-dev
	$(BIN)/pytest $(PYTEST) $(WORKERS) -m slow $(addprefix tests/,$(SUITES))

format: .venv/installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# A short round; make chaos ROUNDS=5 KILLS=50 for long ones, SEED=… to see one again. Whoever watches sees one round
# after the other; CI has no time for that.
chaos: .venv/installed-dev
	CHAOS_ROUNDS=$(ROUNDS) CHAOS_KILLS=$(KILLS) CHAOS_SEED=$(SEED) \
	  $(BIN)/pytest $(PYTEST) $(if $(CI),-n 2 --dist loadfile,-s) tests/chaos

official: .venv/installed-dev
	$(BIN)/pytest $(PYTEST) tests/official

browser: .venv/installed-dev
	$(BIN)/pytest $(PYTEST) tests/browser

tryton: .venv/installed-dev
	$(BIN)/pytest $(PYTEST) -m tryton tests/contract

bench: .venv/installed-dev
	$(BIN)/python -m tests.bench $(BENCH)

scale: .venv/installed-dev
	$(BIN)/python -m tests.scale $(SCALE)

# After a change of the dependencies in pyproject.toml: make lock, or make lock UPGRADE=--upgrade.
COMPILE = $(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate --no-header --quiet $(UPGRADE)
lock: .venv/installed-dev
	$(COMPILE) --group build --output-file requirements.lock
	$(COMPILE) --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock

clean:
	rm -rf .venv build dist *.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

.venv/installed: requirements.lock pyproject.toml deployments/install.py
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info[:2] <= (3, 13) or sys.exit(1)' || { \
	  echo "Afstem needs Python 3.11, 3.12 or 3.13, and $(PYTHON) is not one: make PYTHON=python3.12 demo" >&2; exit 1; }
	@$(PYTHON) deployments/install.py requirements.lock
	@touch $@

.venv/installed-dev: requirements-dev.lock .venv/installed
	@$(PYTHON) deployments/install.py requirements-dev.lock
	@touch $@
