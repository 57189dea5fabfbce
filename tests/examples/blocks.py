"""The blocks of code in README and docs. A note above a block, `<!-- … -->`, says how it is run:

not run: REASON         it cannot run here
run by PATH             a test of its own runs it
as ROLE SUBJECT [KEY]   of GraphQL: the viewer, for an INSTRUCTOR with a course; without it an ADMIN
file: NAME              of any language: the examples below it find it in a file of this name
prints: TEXT            of a command that runs until it is ended: it prints a line with TEXT, in which … is any text
answer                  of JSON: what the example above it answers; "…" stands for more, and `ms` is not compared
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
PAGES = [path for path in sorted(chain(TOP.glob("*.md"), (TOP / "docs").rglob("*.md"))) if path.name != "CHANGELOG.md"]
BLOCK = re.compile(r"^(?:<!-- ([^\n]*?) -->\n)?```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LONG_RUNNING = re.compile(r"\bmake demo\b|\bquadrangle (demo|serve|relay|watch|replay)\b|\bcurl -sN\b")
KEYS = ("not run", "run by", "as", "file", "prints", "answer")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block of code with its note, if any: `key` and `value`. `line` is the first line of its code."""

    page: str
    line: int
    language: str
    text: str
    key: str = ""
    value: str = ""

    @property
    def place(self) -> str:
        """Where it is: page and line."""
        return f"{self.page}:{self.line}"

    @property
    def is_example(self) -> bool:
        """Whether a reader would run it."""
        return self.language in {"sh", "graphql"} and self.key != "file"

    @property
    def is_run_here(self) -> bool:
        """Whether tests/examples runs it."""
        return self.is_example and self.key not in {"not run", "run by"}

    @property
    def is_long_running(self) -> bool:
        """Whether it is a command that runs until it is ended."""
        return self.language == "sh" and LONG_RUNNING.search(self.text) is not None


def blocks_of(page: Path) -> Iterator[Block]:
    """The blocks of a page, in order."""
    text = page.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        note, language, code = found.groups()
        key = next((each for each in KEYS if note and note.startswith(each)), "")
        yield Block(
            page=page.relative_to(TOP).as_posix(),
            line=text.count("\n", 0, found.start(3)) + 1,
            language=language,
            text=code,
            key=key,
            value=(note or "").removeprefix(key).removeprefix(":").strip(),
        )


def examples() -> list[Block]:
    """All examples of all pages."""
    return [block for page in PAGES for block in blocks_of(page) if block.is_example]
