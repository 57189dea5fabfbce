"""The undocumented interfaces of websockets that this project uses: uvicorn_protocol.py changes uvicorn's connection.

tests/test_internals.py checks that the installed version has them.
"""

READ_IN = "17.4"
"""The version whose source was read for this."""
USED = {"websockets.protocol.Protocol": ("data_to_send", "debug", "fail", "logger", "max_message_size")}
"""By module or class: the names that this project imports, calls or overrides."""
