"""The undocumented interfaces of uvicorn that this project uses.

tests/test_internals.py checks that the installed version has them.
"""

READ_IN = "0.54.0"
"""The version whose source was read for this."""
USED = {
    "uvicorn.Server": (
        "_wait_tasks_to_complete",
        "capture_signals",
        "force_exit",
        "lifespan",
        "should_exit",
        "shutdown",
        "startup",
    ),
    "uvicorn.protocols.http.httptools_impl": ("STATUS_LINE",),
    "uvicorn.protocols.http.httptools_impl.HttpToolsProtocol": (
        *("_should_upgrade", "_unset_keepalive_if_required", "connection_lost", "connection_made", "connections"),
        *("cycle", "data_received", "flow", "handle_websocket_upgrade", "headers", "loop", "on_body", "on_header"),
        *("on_headers_complete", "on_message_begin", "on_message_complete", "on_response_complete", "parser"),
        *("pipeline", "server_state", "transport", "url"),
    ),
    "uvicorn.protocols.http.httptools_impl.RequestResponseCycle": (
        *("disconnected", "keep_alive", "message_event", "response_complete", "response_started", "transport"),
    ),
    "uvicorn.protocols.utils": ("ClientDisconnected",),
    "uvicorn.protocols.websockets.websockets_sansio_impl.WebSocketsSansIOProtocol": (
        *(
            "close_sent",
            "conn",
            "connection_lost",
            "data_received",
            "disconnected",
            "frames",
            "handle_connect",
            "handle_cont",
            "handle_parser_exception",
        ),
        *(
            "handle_ping",
            "handshake_initiated",
            "keepalive_timeout",
            "logger",
            "loop",
            "response",
            "scope",
            "send",
            "shutdown",
            "transport",
            "writable",
        ),
    ),
}
"""By module or class: the names that this project imports, calls or overrides."""
