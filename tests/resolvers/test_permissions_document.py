"""docs/permissions.md has the policy table as it is. `python -m tests golden` writes it."""

from pathlib import Path

import pytest

from resolvers.policy.table import ROWS, Otherwise

DOCUMENT = Path(__file__).resolve().parents[2] / "docs/permissions.md"
TITLE = "## The table\n\n"
HEAD = "| type | rule | fields |\n|---|---|---|\n"


def table() -> str:
    """The rows with a rule, those of the same type and rule together."""
    fields: dict[tuple[str, str], str] = {}
    for row in ROWS:
        if row.rule is not None:
            rule = str(row.rule).replace("|", "or") + ("" if row.otherwise is Otherwise.FORBIDDEN else ", else empty")
            key = (row.types, rule)
            fields[key] = " ".join(filter(None, (fields.get(key), row.fields)))
    lines = (f"| {kind} | {rule} | {', '.join(given.split())} |" for (kind, rule), given in fields.items())
    return HEAD + "\n".join(lines) + "\n"


def test_the_document_has_the_table(pytestconfig: pytest.Config) -> None:
    text, _, shown = DOCUMENT.read_text(encoding="utf-8").partition(TITLE)
    if pytestconfig.getoption("--golden"):
        shown = table()
        DOCUMENT.write_text(text + TITLE + shown, encoding="utf-8")
    assert shown == table()
