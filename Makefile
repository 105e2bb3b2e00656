# The few commands of this project; `make help` lists them. Everything bootstraps .venv by itself.
.DEFAULT_GOAL := help
.PHONY: help bootstrap demo test check format bench soak lock clean
VENV := .venv/bin
# A run starts hundreds of processes. Without bytecode on disk each of them compiles all modules anew.
export PYTHONDONTWRITEBYTECODE :=
ROOMS := bot channels console dossiers emulator hoso status_bridge storage workers
# Browser tests need Chromium, which pip cannot bring: without it they are left out, and said so.
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)

# What runs whole sites is the longest, and comes first (tests/sharing.py).
PARALLEL := -n 3 --dist loadfile --no-loadscope-reorder

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-10s %s\n", $$1, $$2}' Makefile

bootstrap:
	@./scripts/bootstrap.sh

demo: bootstrap ## Play one dossier through the five notices, and stay up to watch
	@$(VENV)/hoso demo

test: bootstrap ## Run every test, on real PostgreSQL, Valkey and emulator
ifeq ($(CHROMIUM),)
	@echo "Chromium is not installed: the browser tests are left out. Debian: apt-get install chromium" >&2
	@$(VENV)/pytest $(PARALLEL) -m "not browser and not soak"
else
	@$(VENV)/pytest $(PARALLEL) -m "not soak"
endif

check: bootstrap ## Format, lint, types, import rules, dead links, lock
	@$(VENV)/ruff format --check --quiet .
	@$(VENV)/ruff check --quiet .
	@$(VENV)/mypy
	@$(VENV)/lint-imports > .import_linter.log || (cat .import_linter.log; false)
	@$(VENV)/python scripts/check_links.py
	@$(VENV)/python scripts/check_lock.py
	@echo "check: all good"

format: bootstrap ## Format the code and mend what can be mended
	@$(VENV)/ruff format --quiet .
	@$(VENV)/ruff check --quiet --fix .

bench: bootstrap ## Measure, and write benchmarks/results/latest.json and docs/performance.md
	@$(VENV)/python -m benchmarks.run

soak: bootstrap ## The fault test for half an hour, with a random seed that is printed
	@$(VENV)/pytest -m soak -s --timeout 7200 tests/faults

lock: bootstrap ## Renew requirements.lock from pyproject.toml
	@$(VENV)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-annotate --no-header --group dev pyproject.toml --output-file requirements.lock > /dev/null

clean: ## Remove what was installed and built; data in var/ stays
	@rm -rf .venv .bench-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-logs
