"""Python's warnings as lines of the log: without this, they are texts of several lines between them."""

import logging
from pathlib import Path
from typing import TextIO

log = logging.getLogger("quadrangle.warnings")


def log_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Log the class and the place of a warning, no text: it may quote a value. For `warnings.showwarning`."""
    at = f"{'/'.join(Path(filename).parts[-3:])}:{lineno}"
    log.warning("a warning of Python or a library", extra={"kind": category.__name__, "at": at})
