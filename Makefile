# `make demo` and `make test` need Python 3.11 and nothing else: the first call makes a virtual environment.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
JOBS ?= auto

.PHONY: venv demo test format lint scrapy-lint types tests docs lock clean

venv: $(VENV)/.installed

$(VENV)/.installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	touch $@

demo: venv ## crawl the made-up county site into data/demo/articles.jsonl
	$(BIN)/scrapy demo

test: venv format-check lint scrapy-lint types tests ## everything the gate asks

format: venv
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

format-check: venv
	$(BIN)/ruff format --check .

lint: venv
	$(BIN)/ruff check .

scrapy-lint: venv
	$(BIN)/scrapy-lint

types: venv
	$(BIN)/mypy

tests: venv
	$(BIN)/python -m pytest -n $(JOBS)

docs: venv ## the schema and DATA_FORMAT.md, from the items
	$(BIN)/python -m panan_spider.schema.generate

lock: venv ## exact versions and hashes of everything, from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --extra dev --generate-hashes --no-emit-index-url --no-header --no-annotate pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) data/demo .pytest_cache .mypy_cache .ruff_cache
