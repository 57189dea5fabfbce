"""What happens to malformed rows: they are reported all together, or left out and counted."""

from bisect import insort
from collections import Counter

from gateway.runtime.errors import CommandError

MAX_REPORTED = 20


class BadSource(CommandError):
    """The files cannot be imported as they are. Each line names a file, a row (the header is row 1) and the error."""


class MissingReference(ValueError):
    """A row refers to a row of another table that does not exist."""

    def __init__(self, table: str, message: str) -> None:
        super().__init__(message)
        self.table = table


class BadRows:
    """Collects the bad rows of all files.

    A bad row of one table makes the rows that refer to it bad, too. `left_out` counts these by file; the report has
    only the rows whose own table or content is at fault, because the others become good when those are corrected. It
    lists them by file and row."""

    def __init__(self, *, skip: bool) -> None:
        self.left_out: Counter[str] = Counter()
        self._skip = skip
        self._tables: set[str] = set()
        self._reported: list[tuple[int, int, str]] = []
        self._count = 0

    def add(self, table: str, file: str, row: int, error: ValueError) -> None:
        """Record that a row of a file is bad."""
        self.left_out[file] += 1
        follows = isinstance(error, MissingReference) and self.any_in(error.table)
        self._tables.add(table)
        if not follows:
            self._report(list(self.left_out).index(file), row, f"{file} row {row}: {error}")

    def any_in(self, table: str) -> bool:
        """Whether a table has bad rows."""
        return table in self._tables

    def report(self, line: str) -> None:
        """Record an error that has no row, for the end of the report."""
        self._report(len(self.left_out), 0, line)

    def check(self) -> None:
        """Raise `BadSource` with the report if there were bad rows and they are not to be skipped."""
        if self._skip or not self._count:
            return
        shown = f" (the first {MAX_REPORTED} are listed)" if self._count > MAX_REPORTED else ""
        rows = "1 bad row" if self._count == 1 else f"{self._count:,} bad rows"
        listed = (line for _, _, line in self._reported)
        raise BadSource(*listed, f"{rows}{shown}: correct the files, or leave bad rows out with --skip-bad")

    def _report(self, file: int, row: int, line: str) -> None:
        self._count += 1
        insort(self._reported, (file, row, line))
        del self._reported[MAX_REPORTED:]


def quoted(text: str) -> str:
    """The text for an error message, cut to 40 characters."""
    return repr(text if len(text) <= 40 else text[:40] + "…")
