# make review [SRC=path]   review a code base (default: the example application)
# make test                everything that CI runs
# make test-all            the tests on every Python 3.10 to 3.14 that this machine has
# make generate            what is written by programs: knowledge rows, registry, rule pages
# make bench SRC=path      speed, beside other linters
# make corpus CORPUS=path  review every project in a folder; the findings go to build/corpus
# make oracle-models MODELS=path  derived database models against SQLAlchemy at run time; installs applications below the path
# make replay REPO=path     review every change of a history (default: ours), and check that all adds up
# make oracle-contract CONTRACT=path  breaks between two releases against their OpenAPI documents; installs applications below the path
# make oracle ORACLE=path  derived route tables against those read from running applications
# make vulnerabilities VULNERABILITIES=path  published advisories: the vulnerable version reported, the fixed one not

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := review

SRC ?= examples/bookshop
REPO ?= .
# Further arguments, `--last 20` or `--releases dstack 0.22.4 0.22.5`; see tools/replay.py.
REPLAY ?=
ORACLE ?= ../shared/oracle
VULNERABILITIES ?= ../shared/vulnerabilities
MODELS ?= build/oracle-models
CONTRACT ?= build/oracle-contract
VENV ?= .venv
BIN := $(VENV)/bin
VERSIONS := 3.10 3.11 3.12 3.13 3.14

# The first interpreter that is new enough; python3 itself wins where it is.
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python3.10 \
	"$$HOME"/.pyenv/versions/3.1[0-9].*/bin/python; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null && echo "$$python" && break; done)

.PHONY: review test lint test-all generate bench corpus oracle oracle-models oracle-contract vulnerabilities clean

review: $(VENV)/.installed
	@echo "== flake8 --select FAR $(SRC)"
	@$(BIN)/flake8 --select FAR --exit-zero "$(SRC)"
	@echo "== fastapi-review check $(SRC)"
	@$(BIN)/fastapi-review check "$(SRC)" || test $$? -eq 1

test: lint
	$(BIN)/pytest -n 2

lint: $(VENV)/.installed-dev
	$(BIN)/lint-imports
	$(BIN)/mypy --strict
	$(BIN)/ruff check
	$(BIN)/ruff format --check

test-all:
	@failed=""; for version in $(VERSIONS); do \
		python=""; \
		for candidate in "python$$version" "$$HOME"/.pyenv/versions/$$version.*/bin/python; do \
			if "$$candidate" -c 'import sys; sys.exit("%d.%d" % sys.version_info[:2] != sys.argv[1])' "$$version" 2>/dev/null; \
			then python="$$candidate"; fi; \
		done; \
		if test -z "$$python"; then echo "== Python $$version: not on this machine"; continue; fi; \
		echo "== Python $$version"; \
		$(MAKE) --no-print-directory VENV=".venv-$$version" PYTHON="$$python" ".venv-$$version/.installed-dev" \
			&& ".venv-$$version/bin/pytest" -n 2 || failed="$$failed $$version"; \
	done; \
	if test -n "$$failed"; then echo "failed on:$$failed"; exit 1; fi

generate: $(VENV)/.installed-dev
	$(BIN)/python -m flake8_fastapi_review.knowledge.compile
	$(BIN)/python -m flake8_fastapi_review.registry
	$(BIN)/python tools/generate_docs.py

bench: $(VENV)/.installed-dev
	$(BIN)/python benchmarks/run.py a "$(SRC)"
	$(BIN)/python benchmarks/run.py b "$(SRC)"

corpus: $(VENV)/.installed
	@test -d "$(CORPUS)" || { echo "usage: make corpus CORPUS=folder-of-projects"; exit 2; }
	@mkdir -p build/corpus
	@for folder in "$(CORPUS)"/*/; do name="$$(basename "$$folder")"; echo "== $$name"; \
		$(BIN)/fastapi-review check --no-cache --format concise --output "build/corpus/$$name.txt" "$$folder" || test $$? -le 2; done

oracle: $(VENV)/.installed
	@test -d "$(ORACLE)/routes" || { echo "usage: make oracle ORACLE=folder-of-route-tables"; exit 2; }
	@$(BIN)/python tools/oracle.py "$(ORACLE)" --details

oracle-models: $(VENV)/.installed
	@$(BIN)/python tools/oracle_models.py "$(MODELS)" --details

replay: $(VENV)/.installed
	@$(BIN)/python tools/replay.py "$(REPO)" $(REPLAY)

vulnerabilities: $(VENV)/.installed
	@test -f "$(VULNERABILITIES)/cases.jsonl" || { echo "usage: make vulnerabilities VULNERABILITIES=folder-of-cases"; exit 2; }
	@$(BIN)/python tools/vulnerabilities.py "$(VULNERABILITIES)"

oracle-contract: $(VENV)/.installed
	@$(BIN)/python tools/oracle_contract.py "$(CONTRACT)" --details

clean:
	rm -rf .venv .venv-3.* build dist .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .fastapi-review-cache

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.10 or newer is needed: make PYTHON=/path/to/python"; exit 1; }
	"$(PYTHON)" -m venv $(VENV)

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable .
	@touch $@

$(VENV)/.installed-dev: pyproject.toml | $(BIN)/python
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@ $(VENV)/.installed
