# Three commands do everything on a fresh Debian or Ubuntu machine with Python 3.11 or later: setup, demo, test.
VENV ?= .venv
BIN := $(VENV)/bin

# The web app is built beside the set-up where the machine has Node, else after it, with PyPI's.
prepared = VENV=$(VENV) deploy/web.sh early & VENV=$(VENV) deploy/setup.sh $(1) && wait $$! && VENV=$(VENV) deploy/web.sh

.PHONY: help setup demo test quick check unit web bench soak model clips lock sbom clean

help:  ## This list.
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

setup:  ## Prepares the machine to run the product, and ends.
	@$(call prepared,runtime)

demo: setup  ## Plays cameras, watches them, seals packages; until Ctrl-C.
	@$(BIN)/jiejing demo

test:  ## Prepares the machine with everything, and runs all checks and tests.
	@$(call prepared,all)
	@$(MAKE) --no-print-directory check unit

quick:  ## Format, lint, layers, types, and the tests that need Python alone: before each commit.
	@VENV=$(VENV) deploy/quick.sh

check:  ## Format, lint, types and layers.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	VENV=$(VENV) deploy/web.sh check

unit:  ## All tests, unit and integration.
	$(BIN)/pytest -n 2 --dist worksteal

web:  ## Builds the web app into api/web, where the API serves it; the set-up does so, too.
	@VENV=$(VENV) deploy/web.sh

bench:  ## Speed and memory, measured on this machine; needs what make test installs.
	$(BIN)/python -m tests.bench
	$(BIN)/python -m tests.training.bench_training
	$(BIN)/python -m tests.web.bench_paint

soak:  ## What takes hours: mutations, faults, long runs; ONLY=name for one of them. Needs what make test installs.
	$(BIN)/python -m tests.soak $(ONLY)

model:  ## Makes the model that ships, street-n, anew from ../shared/data; hours on two cores.
	$(BIN)/python -m training.street_n

clips:  ## Renders the clips of the demo anew from their recipe, scenes/clips.py; minutes; needs deploy/setup.sh scenes.
	$(BIN)/python -m scenes.clips runtime/demo/rendered

lock:  ## Writes the locked versions anew, with their hashes, and the bills of materials; needs uv and npm.
	requirements/lock.sh

sbom:  ## Writes the bills of materials (CycloneDX) anew from the locked versions; needs uv and npm.
	requirements/sbom.sh

clean:  ## Removes what building and testing left; var/ stays.
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache web/node_modules api/web
