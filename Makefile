# What a person or CI does with this checkout. `make help` lists it.

# Many tests wait more than they compute: more of them at once than there are cores.
PYTEST_ARGS ?= -n 6 --dist loadgroup

UV = build/uv/bin/uv
LOCK = $(UV) pip compile --quiet --generate-hashes --universal --python-version 3.11 $(LOCK_ARGS)

# Pyright's wrapper would ask PyPI for a newer version at every run.
export PYRIGHT_PYTHON_IGNORE_WARNINGS = 1
# Tests start Ringback hundreds of times: it is not to be compiled anew each time, whatever a machine has set.
export PYTHONDONTWRITEBYTECODE =

CONSOLE = .venv/bin/python tools/console.py

.PHONY: help run install test check format console console-types requirements clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: ## start Ringback with its embedded database and practice telephony
	@tools/setup.sh runtime
	@$(CONSOLE) build
	@exec .venv/bin/ringback run --practice

install: ## set up .venv for production, direct SIP included (docs/operating.md)
	@tools/setup.sh sip
	@$(CONSOLE) build

test: ## run every test (PYTEST_ARGS="-n 0 -k cancel" for some)
	@tools/setup.sh dev
	@$(CONSOLE) build
	@.venv/bin/pytest $(PYTEST_ARGS)

check: ## lint, types, import rules, requirements, and the console's sources
	@tools/setup.sh dev
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/pyright
	.venv/bin/lint-imports --no-logo
	! grep -nE '://|--(extra-)?index-url|--find-links' requirements/*
	! grep -n '"resolved"' console/package-lock.json
	$(CONSOLE) check

format: ## format the code, the console's too, and mend what ruff can
	@tools/setup.sh dev
	.venv/bin/ruff check --fix
	.venv/bin/ruff format
	$(CONSOLE) format

console: ## build the console, if it is not built from what is in console/
	@tools/setup.sh runtime
	@$(CONSOLE) build

console-types: ## write the console's types anew, from the API as it is
	@tools/setup.sh dev
	@$(CONSOLE) types

requirements: $(UV) ## lock requirements/*.txt from pyproject.toml (LOCK_ARGS=--upgrade: newest versions)
	$(LOCK) --extra sip --extra dev pyproject.toml -o requirements/dev.txt
	$(LOCK) -c requirements/dev.txt pyproject.toml -o requirements/runtime.txt
	$(LOCK) -c requirements/dev.txt --extra sip pyproject.toml -o requirements/sip.txt
	$(LOCK) -c requirements/dev.txt requirements/build.in -o requirements/build.txt
	$(LOCK) -c requirements/dev.txt requirements/node.in -o requirements/node.txt

$(UV):
	@tools/setup.sh dev
	.venv/bin/python -m venv build/uv
	build/uv/bin/pip install --quiet uv==0.13.9

clean: ## remove what the other targets made here; the database stays
	rm -rf .venv build dist console/node_modules src/ringback/console/static .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find src tests bench -name __pycache__ -prune -exec rm -rf {} +
