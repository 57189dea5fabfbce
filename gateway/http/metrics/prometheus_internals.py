"""The undocumented interface of prometheus-client that this project uses: it chooses the format that a client accepts.

tests/test_internals.py checks that the installed version has it.
"""

READ_IN = "0.26.0"
"""The version whose source was read for this."""
USED = {"prometheus_client.exposition": ("choose_encoder",)}
"""By module or class: the names that this project imports, calls or overrides."""
