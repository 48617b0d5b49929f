# Everything runs in .venv, made by deploy/bootstrap.sh from the locks in requirements/.
SHELL := /bin/bash
.DEFAULT_GOAL := help

BIN := .venv/bin
BOOTSTRAP := deploy/bootstrap.sh
PYTEST_ARGS ?=
# One file of tests on each core; the files stay in their order, in which the long ones do not come last.
PYTEST := $(BIN)/pytest --numprocesses=auto --maxprocesses=4 --dist=loadfile --no-loadscope-reorder
LOCK_ARGS ?=
COMPILE := CUSTOM_COMPILE_COMMAND='make lock' $(BIN)/pip-compile --quiet --generate-hashes --strip-extras \
	--allow-unsafe --no-emit-index-url --no-emit-find-links --no-emit-trusted-host $(LOCK_ARGS)

.PHONY: help setup check test soak demo demo-servers serve services services-stop lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## make .venv ready (packages of the system are installed as root, else named)
	@$(BOOTSTRAP)

check: setup ## format, lint, types, import rules
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

test: setup ## all tests (PYTEST_ARGS='-k number' for some, '-n 0' for one at a time)
	$(PYTEST) $(PYTEST_ARGS)

soak: setup ## the tests that go through every moment of a run: half an hour
	$(BIN)/pytest -m soak $(PYTEST_ARGS)

demo: setup ## read the sample archive and search it
	$(BIN)/python -m samples.demo

demo-servers: setup ## the same on OpenSearch, MinIO and PostgreSQL, which are started where they do not run
	$(BIN)/python -m samples.demo_servers

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
