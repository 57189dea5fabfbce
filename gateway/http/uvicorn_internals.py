"""The undocumented interfaces of uvicorn that this project uses.

tests/test_internals.py checks that the installed version has them.
"""

READ_IN = "0.54.0"
"""The version whose source was read for this."""
USED = {
    "uvicorn.Server": ("capture_signals", "force_exit", "lifespan", "should_exit", "shutdown", "startup"),
    "uvicorn.protocols.utils": ("ClientDisconnected",),
    "uvicorn.protocols.websockets.websockets_sansio_impl.WebSocketsSansIOProtocol": (
        *("close_sent", "conn", "connection_lost", "handle_ping", "keepalive_timeout", "logger", "loop", "send"),
        *("shutdown", "transport", "writable"),
    ),
}
"""By module or class: the names that this project imports, calls or overrides."""
