# Every target makes what it needs in .venv; `make demo` and `make test` work from a fresh clone.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip install --quiet --disable-pip-version-check --constraint constraints.txt
JOBS ?= 2

.PHONY: help setup demo test slow examples lint bench docs clean

help:
	@echo "make demo     the main job, shown: three reports for three kinds of failure (ONCE=1: print and end)"
	@echo "make test     the test suite (under 5 minutes on two cores)"
	@echo "make slow     interop, kill -9, strace, many examples (needs Debian's postfix, dovecot-imapd, swaks, strace)"
	@echo "make examples the properties with a thousand fresh examples each"
	@echo "make lint     style, types, import rules, licences"
	@echo "make bench    our own measurements; ../shared/bench compares with other servers"
	@echo "make setup    only install into .venv"

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "saywhy needs Python 3.11 or newer; call make PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/server.stamp: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable '.[server]'
	@touch $@

$(VENV)/dev.stamp: pyproject.toml constraints.txt | $(BIN)/python
	$(PIP) --editable '.[dev]'
	@touch $@ $(VENV)/server.stamp

setup: $(VENV)/dev.stamp

demo: $(VENV)/server.stamp
	$(BIN)/saywhy demo $(if $(ONCE),--once)

test: $(VENV)/dev.stamp
	$(BIN)/pytest -n $(JOBS)

slow: $(VENV)/dev.stamp
	$(BIN)/pytest -m slow -p no:randomly --timeout 600 $(SLOW)

examples: $(VENV)/dev.stamp
	SAYWHY_EXAMPLES=many $(BIN)/pytest -n $(JOBS) --timeout 600 tests/model tests/wire tests/flow tests/infra tests/config

lint: $(VENV)/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/licences.py

bench: $(VENV)/dev.stamp
	$(BIN)/python -m bench

docs: $(VENV)/dev.stamp
	$(BIN)/python tools/docs.py

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis dist build
