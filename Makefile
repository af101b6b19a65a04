# The same verbs here and in CI. Everything is installed into .venv inside the checkout.
PYTHON ?= python3
BIN := .venv/bin
PARALLEL := -n auto --maxprocesses 8 --dist worksteal

.PHONY: daily demo test coverage lint fix eval eval-update bench docs lock clean

daily: .venv/run  ## today's real issue where there is a network, the sample day where there is none
	@$(BIN)/deepdaily run --or-demo || [ $$? -eq 10 ]

demo: .venv/run  ## the bundled sample day, offline
	@$(BIN)/deepdaily demo || [ $$? -eq 10 ]

test: .venv/dev  ## on every processor; one file or test alone is `.venv/bin/pytest PATH`
	@$(BIN)/pytest $(PARALLEL)

coverage: .venv/dev  ## every line and branch of the pure rooms, by their own tests alone
	@$(BIN)/pytest $(PARALLEL) --cov --cov-report=term tests/core tests/choose tests/memory tests/review tests/render tests/attributes tests/write/test_by_rule.py tests/write/test_cards.py tests/write/test_judged.py tests/write/test_titles.py tests/write/test_translated.py tests/write/test_write.py


lint: .venv/dev
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: .venv/dev
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

eval: .venv/dev  ## floors of the open data sets, where ../shared lies beside the checkout
	@$(BIN)/pytest -m eval -rA --no-header

eval-update: .venv/dev  ## write corpora and figures to evals/floors.json; a floor is raised, never lowered
	@$(BIN)/pytest -m eval -rA --no-header --update-floors

bench: .venv/dev
	@$(BIN)/python tools/bench.py
	@$(BIN)/python tools/bench_race.py
	@$(BIN)/python tools/bench_race.py --plot docs/race.svg
	@$(BIN)/python tools/bench_choosing.py --plot docs/choosing.svg

docs: .venv/dev  ## docs/settings.md and docs/commands.md, from the code
	@$(BIN)/python tools/reference.py

lock: .venv/dev  ## resolve afresh; hashes for every platform, no index address
	@$(BIN)/pip install -q 'uv>=0.9,<1'
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--group build pyproject.toml -o requirements.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--group dev pyproject.toml -o requirements-dev.lock
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate \
		--group build --extra postgres -c requirements-dev.lock pyproject.toml -o deploy/requirements.lock

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "deepdaily needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1 | head -n 1). Name another: make $(or $(firstword $(MAKECMDGOALS)),daily) PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) has no venv with pip. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	@$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python requirements.lock pyproject.toml
	@echo "installing into .venv …"
	@$(BIN)/pip install -q --require-hashes -r requirements.lock
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev: .venv/bin/python requirements-dev.lock pyproject.toml
	@echo "installing into .venv …"
	@$(BIN)/pip install -q --require-hashes -r requirements-dev.lock
	@$(BIN)/pip install -q --no-deps --no-build-isolation -e .
	@touch $@ .venv/run

clean:  ## what was installed and built; deepdaily-out and deepdaily-data stay: issues, and their proof
	rm -rf .venv dist deepdaily-demo
