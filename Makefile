# Every target works from a fresh clone and fetches what it needs. HOST and PORT go to `run`.
.PHONY: setup run test lint lock

setup:
	@scripts/setup

run: setup
	@exec .venv/bin/chat-backend serve --local-model

test: setup
	@scripts/test

lint: setup
	@scripts/lint

lock:
	@scripts/lock
