"""The undocumented interfaces of redis-py that this project uses.

tests/test_internals.py checks that the installed version has them.
"""

READ_IN = "8.1.0"
"""The version whose source was read for this."""
USED = {
    "redis.asyncio.ConnectionPool": ("connection_class", "connection_kwargs", "make_connection"),
    "redis.asyncio.connection.AbstractConnection": ("connect", "disconnect", "read_response", "send_command"),
    "redis.asyncio.connection.AbstractConnection.__init__": ("protocol", "socket_timeout"),
    "redis.asyncio.connection.AbstractConnection.read_response": ("disconnect_on_error", "timeout"),
    "redis.asyncio.connection.AsyncMaintNotificationsAbstractConnection.__init__": (
        *("maint_notifications_config", "maint_notifications_pool_handler"),
    ),
}
"""By module, class or function: the names that this project imports, calls, overrides or passes."""
