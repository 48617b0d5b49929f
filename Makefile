# Everything runs in .venv, made by deploy/bootstrap.sh from the locks in requirements/.
SHELL := /bin/bash
.DEFAULT_GOAL := help

BIN := .venv/bin
BOOTSTRAP := deploy/bootstrap.sh
PYTEST_ARGS ?=
LOCK_ARGS ?=
COMPILE := CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --generate-hashes --strip-extras \
	--allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(LOCK_ARGS)

.PHONY: help setup check test soak demo serve services services-stop lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv ready (packages of the system are installed as root, else named)
	@$(BOOTSTRAP)

check: setup ## format, lint, types, import rules
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup ## all tests (PYTEST_ARGS='-k number' for some)
	$(BIN)/pytest $(PYTEST_ARGS)

soak: setup ## the tests that go through every moment of a run: half an hour
	$(BIN)/pytest -m soak $(PYTEST_ARGS)

demo: setup ## read the sample archive and search it
	$(BIN)/python -m samples.demo

serve: setup ## the HTTP API, on this machine only
	$(BIN)/vankho serve

services: setup ## OpenSearch, MinIO and PostgreSQL on this machine, for tests and trials
	@$(BIN)/python -m deploy.services start

services-stop: ## stop them; what they hold stays
	@$(BIN)/python -m deploy.services stop

lock: ## write the locks anew from pyproject.toml (LOCK_ARGS=--upgrade for newer versions)
	$(COMPILE) --output-file=requirements/runtime.lock pyproject.toml
	$(COMPILE) --extra=dev --constraint=requirements/runtime.lock --output-file=requirements/dev.lock pyproject.toml

clean: ## remove the environment and caches; never what was taken in
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage htmlcov build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
