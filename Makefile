# Heldout: `make demo` shows it, `make test` proves it. Everything is installed into .venv.
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV ?= .venv
PORT ?= 8000
DATA ?= .demo
STUDENTS ?= 30
# Every assignment whose mutants are excused or caught, one by one.
MUTANTS ?= a01_perceptron a02_losses a03_backprop a04_sgd a05_regularization
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
OLD := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for v in 3 3.13 3.12 3.11; do \
	python$$v -c '$(OLD)' 2>/dev/null && echo python$$v && break; done)

# The longest first; tests/choosing.py says what runs together.
PARALLEL := --numprocesses 2 --dist loadgroup --no-loadscope-reorder

.PHONY: help setup demo test quick lint types validate mutants bench bench-security screenshots audit clean

help:  ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

setup: $(STAMP)  ## Create the environment and install everything into it

$(STAMP): pyproject.toml requirements.lock torch.lock
	@$(PYTHON) -c '$(OLD)' 2>/dev/null \
		|| { echo "Heldout needs Python 3.11 or newer: install it, or name yours with PYTHON=…"; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null \
		|| { echo "Python's venv module is missing: install it (Debian: apt-get install python3-venv)."; exit 1; }
	@[ "$$(df -Pk . | awk 'NR==2 {print $$4}')" -gt 3000000 ] \
		|| { echo "Less than 3 GB are free here, and the environment needs that much."; exit 1; }
	@echo "Creating the environment in $(VENV) …"
	@umask 022; $(PYTHON) -m venv $(VENV)
	@umask 022; $(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip wheel
	@echo "Installing PyTorch (the largest part, a few minutes on a slow line) …"
	@umask 022; $(BIN)/python -m pip install --quiet --disable-pip-version-check -r torch.lock
	@echo "Installing Heldout and what it stands on …"
	@umask 022; $(BIN)/python -m pip install --quiet --disable-pip-version-check \
		-c requirements.lock -c torch.lock --editable '.[dev]'
	@touch $@

demo: $(STAMP)  ## Grade a sample class and serve the site on 127.0.0.1:8000
	@$(BIN)/heldout demo --port $(PORT) --data $(DATA) --students $(STUDENTS) $(DEMO_OPTIONS)

# Compiled modules are kept: tests start hundreds of processes, each of which would compile them anew.
test: $(STAMP)  ## Run every test
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest $(PARALLEL) --durations=40 --durations-min=2 $(TESTS)

quick: $(STAMP)  ## Run the tests that need neither a browser, a server nor patience
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest $(PARALLEL) \
		-m 'not browser and not service and not slow' $(TESTS)

lint: $(STAMP)  ## Style and import directions
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/lint-imports

types: $(STAMP)  ## Static types
	@$(BIN)/mypy

validate: $(STAMP)  ## Prove every assignment sound
	@$(BIN)/heldout validate

mutants: $(STAMP)  ## Prove also that every small change of a model solution is caught (minutes)
	@$(BIN)/heldout validate --mutants 60 $(MUTANTS)

bench: $(STAMP)  ## Time Heldout beside nbgrader, Otter and the floor
	@$(BIN)/python -m tests.bench $(BENCH_OPTIONS)

bench-security: $(STAMP)  ## Attack Heldout, nbgrader and Otter alike, and count what succeeds
	@$(BIN)/python -m tests.bench.security $(BENCH_OPTIONS)

screenshots: $(STAMP)  ## Take the README's pictures anew, with Debian's chromium
	@$(BIN)/python -m tests.browser.screenshots

audit: $(STAMP)  ## Compare what is installed with the locks, then ask for known vulnerabilities (network)
	@$(BIN)/python -m pip check
	@$(BIN)/python -m tests.audit
	@$(PYTHON) -m venv .bench/audit
	@.bench/audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	@.bench/audit/bin/pip-audit --strict --no-deps --disable-pip -r requirements.lock -r torch.lock

clean:  ## Remove the environment and what the demo made
	rm -rf $(VENV) $(DATA) .bench .mypy_cache .pytest_cache .ruff_cache
