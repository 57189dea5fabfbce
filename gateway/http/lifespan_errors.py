"""The reason why a gateway does not start. The server logs the text of the error, of which the log keeps one word."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

log = logging.getLogger("quadrangle.http")


@contextmanager
def unexpected_errors_logged() -> Iterator[None]:
    """Log the class and the places of an error that ends the block, and raise it."""
    try:
        yield
    except Exception:
        log.exception("an unexpected error ended the start or the stop of the gateway")
        raise
