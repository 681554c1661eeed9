# `make demo` and `make test` need Python 3.11 with venv; the first call makes a virtual environment. `make demo` installs what
# the program needs (requirements.lock), `make browse` adds what reading and exporting need (requirements-browse.lock), `make test`
# the development tools (requirements-dev.lock).
# Another interpreter: `make test PYTHON=/opt/python3.12/bin/python3`.
PYTHON ?= $(or $(shell command -v python3.11),python3)
VENV := .venv
BIN := $(VENV)/bin
EVAL := .venv-eval
# Errors alone: of a set-up that succeeds, nobody needs pip's warnings.
PIP := -m pip -qq --disable-pip-version-check install
JOBS ?= auto
DATA ?= data/demo
PORT ?= 8001

.PHONY: help venv extras dev demo browse test format-check lint scrapy-lint types tests format docs screenshots bench bench-quick eval soak year lock lock-eval clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' Makefile | expand -t 14

venv: $(VENV)/.installed ## the program's virtual environment, from the lock; again does nothing

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 is needed; name it: make PYTHON=/path/to/python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python $(PIP) --require-hashes -r requirements.lock
	$(BIN)/python $(PIP) --no-deps --no-build-isolation -e .
	@touch $@

extras: $(VENV)/.extras ## what `panan browse` and the exports in SQLite, Atom and Excel need, too

$(VENV)/.extras: $(VENV)/.installed requirements-browse.lock
	$(BIN)/python $(PIP) --require-hashes -r requirements-browse.lock
	@touch $@

dev: $(VENV)/.dev ## the development tools, too

$(VENV)/.dev: $(VENV)/.installed requirements-dev.lock
	$(BIN)/python $(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

demo: venv ## crawl a made-up county site on this machine into data/demo
	$(BIN)/panan demo

browse: extras ## read the demo's archive as web pages, on http://127.0.0.1:8001/ until Ctrl-C (DATA=data, PORT=8002)
	$(BIN)/panan browse --data-dir $(DATA) --port $(PORT)

test: format-check lint scrapy-lint types tests ## everything that must hold before a change lands

format-check: dev ## whether everything is formatted
	$(BIN)/ruff format --check .

lint: dev ## ruff
	$(BIN)/ruff check .

scrapy-lint: dev ## Scrapy's own pitfalls
	$(BIN)/scrapy-lint

types: dev ## mypy, strict
	$(BIN)/mypy
	$(BIN)/mypy tests/conftest.py
	$(BIN)/mypy tests/browser/conftest.py
	$(BIN)/mypy tests/fleet/conftest.py

tests: dev ## the tests alone, on all cores (JOBS=1: on one)
	$(BIN)/python -m pytest -n $(JOBS) --dist worksteal

format: dev ## format, and mend what can be mended
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: dev ## the JSON Schema and DATA_FORMAT.md from the items, README's demo and docs/first-day.md from runs
	$(BIN)/python -m tools.docs.generate
	$(BIN)/python tests/policy/readme_run.py
	$(BIN)/python tests/crawl/doctor_runs.py

screenshots: dev ## README's two pictures, taken by Debian's Chromium with fonts-wqy-microhei
	PANAN_SCREENSHOTS=1 $(BIN)/python -m pytest -q tests/browser/test_screenshots.py

bench: dev ## how fast, beside baselines and peers of the same run (those of eval, if made); some forty minutes; writes docs/performance.md
	$(BIN)/python -m benchmarks

bench-quick: dev ## the same with few pages, in under two minutes; writes nothing
	$(BIN)/python -m benchmarks --quick

eval: $(EVAL)/.installed ## panan_spider beside other extractors, on pages with gold records; writes docs/evaluation.md
	$(EVAL)/bin/python -m evaluation

# Without --no-deps, pip 24 stumbles over an extra that two of them ask for by two spellings. The lock is whole.
$(EVAL)/.installed: requirements-eval.lock
	$(PYTHON) -m venv $(EVAL)
	$(EVAL)/bin/python $(PIP) --require-hashes --no-deps -r requirements-eval.lock
	@touch $@

soak: dev ## ten minutes of kills and faults on a large demo site; prints what was lost
	$(BIN)/python tests/crawl/soak.py

year: dev ## a simulated year of nightly runs (SEED=2, NIGHTS=365)
	YEAR_SEED=$(or $(SEED),1) YEAR_NIGHTS=$(or $(NIGHTS),200) $(BIN)/python -m pytest tests/year -q

LOCK := uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate

lock: venv ## newest allowed versions of everything, with hashes, from pyproject.toml
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python $(PIP) uv
	.venv-lock/bin/$(LOCK) --all-extras pyproject.toml -o requirements-dev.lock
	.venv-lock/bin/$(LOCK) --extra build --extra browse -c requirements-dev.lock pyproject.toml -o requirements-browse.lock
	.venv-lock/bin/$(LOCK) --extra build -c requirements-dev.lock pyproject.toml -o requirements.lock
	rm -rf .venv-lock

lock-eval: venv ## newest versions of the extractors that eval runs, with hashes, from evaluation/peers.in
	$(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python $(PIP) uv
	sed -n 's/^\(\(lxml\|pydantic\)==[^ ]*\).*/\1/p' requirements.lock > .venv-lock/ours.txt
	.venv-lock/bin/$(LOCK) -c .venv-lock/ours.txt evaluation/peers.in -o requirements-eval.lock
	rm -rf .venv-lock

clean: ## remove what these commands made; the archive in data/ stays
	rm -rf $(VENV) $(EVAL) data/demo build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
