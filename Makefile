# 政务服务驾驶舱. `make setup` and `make run` are all that a user needs; the rest is for those who change it.
PYTHON := .venv/bin/python

.PHONY: setup run test lint bench bench-demo proof pictures clean

setup:
	@.ci/venv run

run: setup
	@exec $(PYTHON) -m cockpit run

# Everything that must hold: style, types, layers, tests. Longer tests are in `make proof`.
test: lint
	@.ci/system-packages tests
	@$(PYTHON) -m pytest -n auto --dist loadfile

lint:
	@.ci/venv dev
	@$(PYTHON) -m ruff check .
	@$(PYTHON) -m ruff format --check .
	@$(PYTHON) -m mypy
	@.venv/bin/lint-imports --no-logo

bench:
	@.ci/venv dev
	@$(PYTHON) -m tests.bench

bench-demo:
	@.ci/venv dev
	@$(PYTHON) -m tests.bench --demo

proof:
	@.ci/venv dev
	@.ci/system-packages tests
	@$(PYTHON) -m pytest -m proof

# Every page as a picture, into a folder that is printed; more with `.venv/bin/python -m tests.pictures --help`.
pictures:
	@.ci/venv dev
	@.ci/system-packages tests
	@$(PYTHON) -m tests.pictures

# Caches only: the environment (.venv) and the records (data) stay.
clean:
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	@find cockpit pages metrics alerts tests -type d -name __pycache__ -prune -exec rm -rf {} +
