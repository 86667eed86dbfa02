# campfill: everything starts here. `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check

# Each of the many processes reads what one has compiled: where this is set, as on some machines of CI, each compiles all.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run up test test-fast fix test-long explore bench mutations lint types docs messages page pictures lock clean

help:  ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "campfill needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --require-hashes -r requirements.lock
	$(PIP) install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q campfill_pipeline
	@touch $@

$(VENV)/.installed-dev: requirements-dev.lock $(VENV)/.installed
	$(PIP) install --quiet --require-hashes -r requirements-dev.lock
	@touch $@

run: $(VENV)/.installed  ## install, start everything in ./campfill-demo and load the demo world
	@$(BIN)/campfill up --demo$(if $(PORT), --port $(PORT))

up: $(VENV)/.installed  ## install and start everything in your own home, ./campfill-data
	@$(BIN)/campfill up$(if $(PORT), --port $(PORT))

lint: $(VENV)/.installed-dev  ## check format, style and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: $(VENV)/.installed-dev  ## check types strictly
	$(BIN)/mypy

test: lint types  ## install, lint, type-check, run all tests
	$(BIN)/pytest -m "not long" -n 4 --dist loadgroup --no-loadscope-reorder

test-fast: lint types  ## lint, types and the tests that need no server and no browser
	$(BIN)/pytest -m "not long and not server" -n 2 -q

fix: $(VENV)/.installed-dev  ## format, and mend what the linter can mend
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

test-long: $(VENV)/.installed-dev  ## load, soak, crash loops and big files
	$(BIN)/pytest -m long

explore: $(VENV)/.installed-dev  ## look for new counterexamples of the properties, other ones each time
	$(BIN)/pytest -m "hypothesis and not long" --hypothesis-profile=explore --timeout=3600

bench: $(VENV)/.installed-dev  ## every benchmark (hours), and docs/speed.md of it; QUICK=1: small, docs stay
	$(BIN)/python -m bench$(if $(QUICK), --quick)

mutations: $(VENV)/.installed-dev  ## plant small faults in the guards and see whether the tests notice (hours)
	$(BIN)/python -m bench.mutations

docs: $(VENV)/.installed-dev  ## write the pages that are made from the product itself
	$(BIN)/python -m campfill_pipeline_tests.generated_docs

messages: $(VENV)/.installed-dev  ## after a change to what is said: gather the messages, name those without German
	$(BIN)/python -m campfill_pipeline_tests.messages

node_modules/.installed: package.json package-lock.json
	npm ci --no-audit --no-fund
	@touch $@

PAGE := campfill_pipeline/reports/templates/page
DOOR := campfill_pipeline/door/static
page: $(VENV)/.installed-dev node_modules/.installed  ## after a change to a page's scripts or styles: format, lint, bundle (needs npm)
	node_modules/.bin/prettier --write --log-level warn $(PAGE)/*.js $(PAGE)/*.css $(DOOR)/*.js $(DOOR)/*.css
	node_modules/.bin/biome lint --error-on-warnings $(PAGE) $(DOOR)
	$(BIN)/python -m campfill_pipeline_tests.page_bundle

pictures: $(VENV)/.installed-dev  ## take every picture of the docs anew (needs Chromium, LibreOffice, pdftoppm)
	$(BIN)/python docs/pictures/take.py

LOCK := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --no-strip-extras --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-header --no-annotate

lock: $(VENV)/.installed-dev  ## pin every package again, with hashes and without index addresses
	$(LOCK) -o requirements.lock pyproject.toml
	cp requirements.lock requirements-dev.lock
	$(LOCK) --extra dev -o requirements-dev.lock pyproject.toml

clean:  ## remove the virtual environment and caches; your data stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
