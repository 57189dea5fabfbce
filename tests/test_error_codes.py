"""All codes that the code makes are in the schema's enum and in docs/errors.md."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from graphql import GraphQLEnumType

from resolvers.error_codes import ErrorCode
from resolvers.schema import build_schema
from resolvers.strawberry_internals import core_schema
from resolvers.writes.event_faults import VERDICT_CODES
from stores import errors

TOP = Path(__file__).resolve().parent.parent
MAKERS = {"Fault", "refuse", "verdict_fault"}
"""Functions and classes whose first argument is a code."""
ONLY_CODES = [*(TOP / "resolvers/writes").glob("*.py"), TOP / "stores/domain/admission.py"]
"""Modules in which every text in capitals is a code, except for:"""
NO_CODES = {"UNCHANGED"}


def codes_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        made = isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in MAKERS and node.args
        candidate = made[0] if made else node if path in ONLY_CODES else None
        if isinstance(candidate, ast.Constant) and re.fullmatch("[A-Z_]{4,}", str(candidate.value)):
            yield str(candidate.value)


def store_codes(kind: type[errors.StoreError]) -> Iterator[str]:
    yield kind.code
    for each in kind.__subclasses__():
        yield from store_codes(each)


def test_every_code_is_in_the_enum() -> None:
    sources = [path for folder in ("gateway", "resolvers", "stores") for path in (TOP / folder).rglob("*.py")]
    made = {code for path in sources for code in codes_in(path)} | {*store_codes(errors.StoreError), *VERDICT_CODES}
    assert {"UNKNOWN_LEARNER", "INVALID_VOID", "LOCKED", "RETRY_LATER"} <= made
    assert made - NO_CODES <= set(ErrorCode), "add them to resolvers/error_codes.py and docs/errors.md"


def test_every_code_is_made_somewhere() -> None:
    sources = [path for folder in ("gateway", "resolvers", "stores") for path in (TOP / folder).rglob("*.py")]
    texts = [path.read_text(encoding="utf-8") for path in sources if path.name != "error_codes.py"]
    made = {word for text in texts for word in re.findall(r'(?:ErrorCode\.|")([A-Z_]+)\b', text)}
    assert set(ErrorCode) <= made


def test_every_code_is_described_in_the_schema_and_in_the_document() -> None:
    shown = core_schema(build_schema()).type_map["ErrorCode"]
    assert isinstance(shown, GraphQLEnumType)
    assert [code for code in ErrorCode if not shown.values[code].description] == []
    rows = re.findall(r"^\| `([A-Z_]+)` \|", (TOP / "docs/errors.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == list(ErrorCode)
