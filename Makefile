# Every target works from a fresh clone and fetches what it needs. HOST and PORT go to `run`,
# BENCH to `bench`: BENCH=--quick, or BENCH="--only tokens".
.PHONY: setup run test wheel lint lock types bench soak

setup:
	@scripts/setup

run: setup
	@scripts/build-page || echo "The web page was not built; the API works without it" >&2
	@exec .venv/bin/chat-backend serve --local-model

test: setup
	@scripts/test

wheel: setup
	@scripts/wheel

lint: setup
	@scripts/lint

lock:
	@scripts/lock

types: setup
	@.venv/bin/python scripts/generate_types.py

bench: setup
	@scripts/get-mysql.sh .cache/mysql || echo "MySQL could not be fetched" >&2
	@exec .venv/bin/python -m benchmarks $(BENCH)

soak: setup
	@scripts/soak
