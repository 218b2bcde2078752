# Two commands do everything: `make demo` and `make test`. Each sets up what it needs.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
RUN := $(VENV)/bin/python
STAMP := $(VENV)/.ready
export PYOPENGL_PLATFORM ?= egl
.DEFAULT_GOAL := help
.PHONY: help setup demo test test-slow check bench clean

help:  ## list these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(STAMP)  ## make the environment in .venv, with the tested versions

# torch goes first and alone, so that no range pulls another build of it.
$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "error: Python 3.11 or newer is needed; set PYTHON=python3.11"; exit 1; }
	@test -x $(RUN) || $(PYTHON) -m venv $(VENV) || { echo "error: no venv module; apt-get install python3-venv"; exit 1; }
	@echo "Installing packages into $(VENV) (some minutes the first time)"
	$(RUN) -m pip install --disable-pip-version-check --progress-bar off -q -c constraints.txt torch numpy
	$(RUN) -m pip install --disable-pip-version-check --progress-bar off -q -c constraints.txt -e ".[dev]"
	@$(RUN) -c 'from synth.render.context import describe; print(describe())' 2>/dev/null || $(MAKE) --no-print-directory system
	@touch $@

.PHONY: system
system:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update -qq && apt-get install -y -qq libegl1 libgl1-mesa-dri; \
	else echo "error: OpenGL without a display is missing; apt-get install libegl1 libgl1-mesa-dri"; exit 1; fi

demo: setup  ## the whole pipeline, small: crowd, teacher, pseudo-GT, student, evaluation, report
	$(RUN) run.py stage=demo

# The body is built first, so that two workers do not both build it.
test: setup  ## the test suite without its long tests
	$(RUN) run.py stage=body
	OMP_NUM_THREADS=1 LP_NUM_THREADS=1 $(RUN) -m pytest -q -n 2 --dist worksteal --durations=15

test-slow: setup  ## the long tests
	$(RUN) -m pytest -q -m slow

check: setup  ## format, lint, types, structure
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/pyright
	$(RUN) -m pytest -q tests/test_house.py

bench: setup  ## print the figures in docs/benchmarks.md
	@for name in body people; do echo "== $$name"; $(RUN) benchmarks/$$name.py; done

clean:  ## remove outputs, not the environment or the body
	rm -rf outputs multirun
