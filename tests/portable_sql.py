"""Which SQL is allowed where: what CockroachDB lacks only in the timeline, what only it has only in the dialect."""

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

DIALECT = "stores/sql/core/dialect.py"

NOT_ON_COCKROACHDB = {
    "LISTEN/NOTIFY": r"^\s*(un)?listen\s+\w|^\s*notify\s+\w|\bpg_notify\b",
    "advisory locks": r"\bpg_(try_)?advisory_",
    "domains": r"\bcreate\s+domain\b",
    "range types": r"\b(int4|int8|num|ts|tstz|date)(multi)?range\b",
    "serial columns": r"\b(small|big)?serial[248]?\b",
    "PostgreSQL's partitions": r"(?<!over \()\bpartition\s+(of|by)\b",
}
SLOW_OR_FRAGILE = {
    "SELECT *": r"\bselect\s+\*",
    "an array parameter other than text[]": r"\$\d+::(?!text\[\])\w+\[\]",
    "jsonb[]": r"\bjsonb\[\]",
}
COCKROACHDB_ONLY = {
    "UPSERT": r"\bupsert\s+into\b",
    "AS OF SYSTEM TIME": r"\bas\s+of\s+system\s+time\b|\bfollower_read_timestamp\b",
    "hash-sharded indexes": r"\busing\s+hash\b",
    "localities": r"\blocality\s+|\bregional\s+by\b",
    "row TTL": r"\bttl_expir\w+",
}


def sql_texts(path: str, source: str) -> Iterator[str]:
    """A SQL file without its comments, or the strings of a Python file without its docstrings."""
    if path.endswith(".sql"):
        yield re.sub(r"--.*|/\*(?s:.*?)\*/", "", source)
        return
    tree = ast.parse(source, path)
    bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in bare:
            yield node.value


def violations(path: str, source: str) -> list[str]:
    """All violations in a file of SQL or Python, each with its path."""
    where = PurePosixPath(path)
    # The timeline's SQL never runs on CockroachDB, and has its own migrations.
    timeline = where.name.startswith("timeline") or "timeline" in where.parts
    forbidden = {
        **({} if timeline else NOT_ON_COCKROACHDB | SLOW_OR_FRAGILE),
        **({} if path == DIALECT else COCKROACHDB_ONLY),
    }
    return [
        f"{path}: {what}"
        for text in sql_texts(path, source)
        for what, pattern in forbidden.items()
        if re.search(pattern, text, re.IGNORECASE | re.MULTILINE)
    ]
