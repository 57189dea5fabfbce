# `make demo` and `make test` need nothing but Python 3.11 or newer: the first run makes .venv.
.PHONY: help demo test full clean
.DEFAULT_GOAL := help

help:
	@echo "make demo [ARGS='--port 8080 …']  start the embedded servers and the gateway over a demo world"
	@echo "make test [ARGS='-k name …']      format, lint, types and all tests"
	@echo "make full                         the end-to-end tests in their long form (kills under a load of 30 s), the protocols' clients"
	@echo "make clean                        remove .venv, npm packages and what the tools cached (the demo's data stays)"

demo: .venv/ready
	@.ci/influxdb "the demo keeps its timeline in PostgreSQL"
	@.venv/bin/python -m gateway demo $(ARGS)

test: .venv/ready
	@.ci/influxdb "its tests are skipped"
	@.venv/bin/python -m tests $(ARGS)

full: .venv/ready
	@.ci/influxdb "its tests are skipped"
	@.ci/npm "the protocol suites are skipped"
	@.ci/debian chromium chromium "the browser's test is skipped"
	@.venv/bin/python -m tests full $(ARGS)

.venv/ready: pyproject.toml .ci/constraints.txt
	@.ci/venv
	@touch $@

clean:
	@rm -rf .venv tests/protocol/node_modules .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	@find gateway resolvers stores tests -name __pycache__ -type d -prune -exec rm -rf {} +
