# Every target works from a fresh clone and fetches what it needs. HOST and PORT go to `run`,
# BENCH to `bench`: BENCH=--quick, or BENCH="--only tokens".
.PHONY: setup run dev test quick coverage lint fmt types settings wheel lock bench soak help

setup: ## make .venv with the locked packages, for all other targets
	@scripts/setup

run: ## serve the page at http://localhost:8000, with a small local model
	@exec scripts/run

dev: setup ## serve while the code is edited: the server at 8000, the page at 5173
	@exec scripts/dev

test: setup ## all tests, on every database that can be had, and in a browser
	@scripts/test

quick: setup ## the tests for every change: on SQLite, no browser, faults, attacks or upgrades
	@scripts/quick

coverage: setup ## the same, and fail when less of the code is run than pyproject.toml asks for
	@scripts/quick --cov

lint: setup ## read the code: ruff, mypy, import-linter, Biome, TypeScript
	@scripts/lint

fmt: setup ## bring the code into its form
	@scripts/fmt

types: setup ## write the web page's types from the OpenAPI document
	@.venv/bin/python scripts/generate_types.py

settings: setup ## write docs/settings*.md from the settings
	@.venv/bin/python scripts/generate_settings.py

wheel: setup ## build the page and the wheel: dist/*.whl
	@scripts/wheel

lock: ## renew requirements/: the newest versions that pyproject.toml allows
	@scripts/lock

bench: setup ## measure: docs/performance.md
	@scripts/get-mysql.sh .cache/mysql || echo "MySQL could not be fetched" >&2
	@exec .venv/bin/python -m benchmarks $(BENCH)

soak: setup ## faults, attacks and the page's look for a long time: docs/reliability.md
	@scripts/soak

help: ## say what there is to make
	@sed -n 's/^\([a-z]*\):.* ## \(.*\)/\1 \2/p' Makefile | while read -r name words; do \
		printf '%-9s %s\n' "$$name" "$$words"; done
