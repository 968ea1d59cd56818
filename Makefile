# Everything a contributor does, in one word each. Needs make, a POSIX shell and Python 3.11 or newer with venv.

# Tried in this order; `make setup PYTHON=/path/to/python` names one.
PYTHON ?= python3 python3.14 python3.13 python3.12 python3.11
# More arguments for the command behind `make test` or `make rehearse`, for example ARGS="-k ledger".
ARGS ?=
UV ?= uv

VENV := .venv
BIN := $(VENV)/bin
RUNS := $(VENV)/.runs
READY := $(VENV)/.ready
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(UV) pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-strip-extras --custom-compile-command "make lock"

.DEFAULT_GOAL := help
.PHONY: help setup rehearse test soak bench check format lock clean

help: ## Show this list
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' Makefile | while IFS='|' read -r name text; do \
		printf 'make %-10s %s\n' "$$name" "$$text"; done

setup: $(READY) ## Make the environment in .venv, with pinned dependencies (a second call does nothing)
	@:

rehearse: $(RUNS) ## Open the rehearsal page: a whole set in the browser, with no Slack account
	@$(BIN)/action-learning rehearse $(ARGS)

test: setup ## Run every test, on SQLite and on PostgreSQL
	@$(BIN)/python -m pytest -n 2 $(ARGS)

# Loopback only; it ends by itself. The last line is the balance.
soak: setup ## Play many meetings on three processes while everything goes wrong: SECONDS_TO_RUN=600 SEED=7
	@SECONDS_TO_RUN=$(SECONDS_TO_RUN) SEED=$(SEED) $(BIN)/python -m tests.soak $(ARGS)

bench: setup ## Measure what the bot costs, as ratios: a table, and bench/latest.json (ten minutes at most)
	@$(BIN)/python -m bench $(ARGS)

check: setup ## Formatter, linter, strict types, import rules, then the tests
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m tests.house_rules
	@$(MAKE) --no-print-directory test

format: setup ## Format the code and repair what the linter can repair
	$(BIN)/ruff check --fix-only --quiet .
	$(BIN)/ruff format .

lock: ## Write the pinned, hashed requirements again from pyproject.toml (needs uv)
	$(COMPILE) --group build --output-file requirements.txt
	$(COMPILE) --group dev --output-file requirements-dev.txt

clean: ## Remove the environment and the caches
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis dist

# A stamp is written last, so an interrupted set-up is taken up again by the next call.
$(RUNS): requirements.txt pyproject.toml
	@echo "Setting up $(VENV); once, and again when the requirements change."
	@test -x $(BIN)/pip || { \
		for candidate in $(PYTHON); do \
			"$$candidate" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
				&& exec "$$candidate" -m venv --clear $(VENV); \
		done; \
		echo "No Python 3.11 or newer with the venv module was found (tried: $(PYTHON))." >&2; \
		echo "Install one, or name it: make $(MAKECMDGOALS) PYTHON=/path/to/python3" >&2; \
		exit 1; }
	@$(PIP) install --require-hashes -r requirements.txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(READY): requirements-dev.txt $(RUNS)
	@echo "Adding what the tests need."
	@$(PIP) install --require-hashes -r requirements-dev.txt
	@touch $@
