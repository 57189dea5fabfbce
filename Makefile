# `make demo` and `make test` need only Python 3.11 or newer: the first run makes .venv. No target installs anything
# into the system.
.PHONY: help demo test full docs pictures clean
.DEFAULT_GOAL := help

help:
	@echo "make demo [ARGS='--port 8080 …']  start the embedded servers and the gateway with demo data"
	@echo "make test [ARGS='-k name …']      check format, lint, types and dependencies, and run all tests"
	@echo "make full                         run the long tests: under load, the protocols' own clients, the pages in a browser"
	@echo "make docs                         write the documentation as a site to build/docs"
	@echo "make pictures                     draw the pictures of the documentation again, in a browser"
	@echo "make clean                        remove .venv, downloaded packages and caches (the demo's data stays)"

demo: .venv/ready
	@.ci/debian influxdb influxd "the demo keeps its timeline in PostgreSQL"
	@.venv/bin/python -m gateway pages || true
	@.venv/bin/python -m gateway demo $(ARGS)

test: .venv/ready
	@.ci/debian influxdb influxd "InfluxDB's tests are skipped"
	@.ci/npm gateway/web "the pages' types are not checked"
	@.venv/bin/python -m tests $(ARGS)

full: .venv/ready
	@.ci/debian influxdb influxd "InfluxDB's tests are skipped"
	@.ci/debian prometheus "prometheus promtool" "the alerts are not tested and nothing scrapes the metrics"
	@.ci/npm tests/protocol "the protocol suites are skipped"
	@command -v chromium >/dev/null || \
		echo "no chromium on the PATH: the browser's tests are skipped (on Debian: apt-get install chromium fonts-noto-core)"
	@.venv/bin/python -m tests full $(ARGS)

# NO_MKDOCS_2_WARNING: the theme announces its successor at each build.
docs: .venv/ready
	@NO_MKDOCS_2_WARNING=1 .venv/bin/python -m mkdocs build --strict --quiet --config-file docs/site/mkdocs.yml
	@echo "the site is in build/docs: open build/docs/index.html, or, to search in it, run"
	@echo "    .venv/bin/python -m http.server --bind 127.0.0.1 --directory build/docs 8080"

pictures: .venv/ready
	@.ci/debian influxdb influxd "the demo keeps its timeline in PostgreSQL"
	@.venv/bin/python -m gateway pages
	@.venv/bin/python -m tests pictures

.venv/ready: pyproject.toml .ci/constraints.txt
	@.ci/venv
	@touch $@

clean:
	@rm -rf .venv .venv-newest .debian .hypothesis .mypy_cache .pytest_cache .ruff_cache build dist
	@rm -rf tests/protocol/node_modules tests/bench/peers/node_modules gateway/web/node_modules gateway/web/dist
	@rm -f gateway/web/src/documents.ts gateway/web/src/document_modules.d.ts
	@find gateway resolvers stores tests -name __pycache__ -type d -prune -exec rm -rf {} +
