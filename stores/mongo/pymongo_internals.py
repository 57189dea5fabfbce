"""The undocumented interfaces of PyMongo that this project uses.

tests/test_internals.py checks that the installed version has them.
"""

READ_IN = "4.20.0"
"""The version whose source was read for this."""
USED = {
    "pymongo.lock": ("_async_cond_wait", "wait_for"),
    "pymongo.lock._async_cond_wait": ("condition", "timeout"),
}
"""By module, class or function: the names that this project imports, calls, overrides or passes."""
