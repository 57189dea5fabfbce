"""What the process would write to its log."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from gateway.observability.log_formats import JsonFormatter


class LogStream(io.StringIO):
    """The lines of the log."""

    def records(self, logger: str | None = None) -> list[dict[str, Any]]:
        """The lines, or those of one logger."""
        lines = [json.loads(line) for line in self.getvalue().splitlines()]
        return [line for line in lines if logger is None or line["logger"] == logger]


@contextmanager
def captured_logs(level: int = logging.DEBUG) -> Iterator[LogStream]:
    """Collect what is logged until the block ends: ours from `level` on."""
    stream = LogStream()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    root, ours = logging.getLogger(), logging.getLogger("quadrangle")
    before = ours.level
    root.addHandler(handler)
    ours.setLevel(level)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        ours.setLevel(before)
