"""The undocumented interfaces of influxdb-client that this project uses.

tests/test_internals.py checks that the installed version has them.
"""

READ_IN = "1.50.0"
"""The version whose source was read for this."""
USED = {
    "influxdb_client._async.api_client.ApiClientAsync": ("rest_client",),
    "influxdb_client._async.rest.RESTClientObjectAsync": ("pool_manager",),
}
"""By module, class or function: the names that this project imports, calls, overrides or passes."""
