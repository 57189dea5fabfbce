"""Every example is run or has a reason why not, and every GraphQL document of the pages is valid."""

import re
from pathlib import Path

import pytest
from graphql import build_schema, parse, validate

from tests.examples.blocks import BLOCK, PAGES, TOP, Block, blocks_of, examples
from tests.examples.listing import listing
from tests.examples.queries import fits, queries_in

SCHEMA = build_schema((TOP / "schema.graphql").read_text(encoding="utf-8"))
EXAMPLES = examples()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_block_has_a_language(page: Path) -> None:
    assert [block.place for block in blocks_of(page) if not block.language] == []
    text = BLOCK.sub("", page.read_text(encoding="utf-8"))
    assert "```" not in text, "a fence that is not at the beginning of a line"
    assert re.findall(r"\n\n {4,}\S.*", text) == [], "indented code: put it between fences"


def test_every_note_is_complete() -> None:
    notes = [block for page in PAGES for block in blocks_of(page) if block.key]
    assert [block.place for block in notes if not block.value and block.key != "answer"] == []


def test_what_other_tests_run_is_named_there() -> None:
    named = [block for block in EXAMPLES if block.key == "run by"]
    assert [block.place for block in named if Path(block.page).name not in (TOP / block.value).read_text("utf-8")] == []


@pytest.mark.parametrize(
    "block", [block for block in EXAMPLES if block.is_run_here], ids=lambda block: f"{block.page}:{block.line}"
)
def test_the_queries_of_examples_fit_the_schema(block: Block) -> None:
    for query in queries_in(block):
        assert validate(SCHEMA, parse(query)) == []


def test_the_list_counts_and_gives_reasons() -> None:
    blocks = [
        Block(page="docs/a.md", line=line, language="sh", text="", key=key, value=value)
        for line, key, value in [
            (7, "not run", "needs Docker"),
            (9, "run by", "tests/x.py"),
            (11, "", ""),
            (13, "", ""),
        ]
    ]
    lines = list(listing(blocks))
    assert lines[0] == "4 examples: 2 run here, 1 run by other tests, 1 not run"
    assert [line.split() for line in lines[1:] if "docs/" in line] == [
        ["docs/a.md:9", "tests/x.py"],
        ["docs/a.md:7", "needs", "Docker"],
    ]


def test_an_answer_fits_what_is_shown_of_it() -> None:
    answer = {"data": {"a": 1, "b": [1, 2]}, "extensions": {"batches": [{"ms": 1.5, "keys": 2}]}}
    assert fits({"data": {"b": [1, 2]}}, answer)
    assert fits({"data": {"b": [2, "…"]}, "extensions": {"batches": [{"ms": 9.9, "keys": 2}]}}, answer)
    assert not fits({"data": {"b": [3, "…"]}}, answer)
    assert not fits({"data": {"b": [2, 1]}}, answer)
    assert not fits({"data": {"c": None}}, answer)
    assert not fits({"extensions": {"batches": [{"keys": 3}]}}, answer)
