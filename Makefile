PYTHON ?= python3
BIN := .venv/bin
SETUP := .venv/ready
OLDEST := .venv-oldest/ready

.PHONY: help engine demo screenshot dist test test-oldest-engine test-servers campaign bench clean
SEED ?= 7
OPERATIONS ?= 2000
ECHOES ?= 100000
EDITS ?= 6000
REQUESTS ?= 100000
SIZES ?= 1 100 1000
REPEATS ?= 7 5 3
FLEET ?= 1000 3000
GROUP ?= 250
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

engine: $(SETUP) ## find or install the Pulumi engine; the last line is the folder that holds it
	@$(BIN)/python -m tools.engine

$(OLDEST): pyproject.toml tests/contract/oldest.txt $(SETUP)
	@echo "Setting up .venv-oldest with the oldest dependencies that the package promises ..." >&2
	@$(PYTHON) -m venv .venv-oldest
	@.venv-oldest/bin/pip install --quiet --disable-pip-version-check --editable '.[all]' \
		--requirement tests/contract/oldest.txt >&2
	@touch $@

demo: $(SETUP) ## show the quickstart with the real engine against the emulator
	@$(BIN)/python -m tools.demo

screenshot: $(SETUP) ## take the pictures of the two pages in README; needs Chromium
	@$(BIN)/python -m tools.page_screenshot

dist: $(SETUP) ## build the wheel and the source distribution in dist
	@rm -rf dist
	@$(BIN)/python -m build --no-isolation

test: $(SETUP) $(OLDEST) ## lint, types and all tests, with the real engine and branch coverage
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tools.engine >/dev/null
	@$(BIN)/pytest --numprocesses 4 --dist worksteal --cov

test-oldest-engine: $(SETUP) ## tests of whole stacks, with the oldest engine that is promised
	@$(BIN)/python -m tools.engine --oldest >/dev/null
	@$(BIN)/pytest tests/engine --oldest-engine --numprocesses 4 --dist worksteal

test-servers: $(SETUP) ## tests that need servers or minutes: Keycloak (Java 17, Maven for its download), PostgreSQL, Chromium, Go, Node.js
	@$(BIN)/pytest tests/servers --numprocesses 2 --no-loadscope-reorder

campaign: $(SETUP) $(OLDEST) ## longer campaigns of faults, echoes, edited states and requests: make campaign SEED=7 OPERATIONS=2000
	@SMTPCONFIG_CAMPAIGN_SEED=$(SEED) SMTPCONFIG_CAMPAIGN_OPERATIONS=$(OPERATIONS) \
		SMTPCONFIG_CAMPAIGN_ECHOES=$(ECHOES) SMTPCONFIG_CAMPAIGN_EDITS=$(EDITS) \
		SMTPCONFIG_CAMPAIGN_REQUESTS=$(REQUESTS) $(BIN)/pytest tests/campaign

bench: $(SETUP) ## measure the provider: make bench SIZES='1 100 1000' REPEATS='7 5 3' FLEET='1000 3000'
	@$(BIN)/python -m bench --sizes $(SIZES) --repeats $(REPEATS) --fleet $(FLEET) --group $(GROUP)

clean: ## remove everything that make created in this checkout
	rm -rf .venv .venv-oldest .import_linter_cache .mypy_cache .pytest_cache .ruff_cache .hypothesis .coverage dist

$(SETUP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "$(PYTHON) is older than Python 3.10. Name a newer one: make PYTHON=python3.12 ...")'
	@echo "Setting up .venv with the package and its tools ..." >&2
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]' >&2
	@touch $@
