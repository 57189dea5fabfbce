"""The documents name files, commands and options that exist."""

import re
from itertools import chain
from pathlib import Path

import pytest

from gateway.cli.command_line import COMMANDS
from tests.__main__ import COMMANDS as TEST_COMMANDS

TOP = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(chain(TOP.glob("*.md"), (TOP / "docs").rglob("*.md")))
FOLDERS = ("docs", "gateway", "resolvers", "stores", "tests", ".ci")
MADE = {line.strip("/") for line in (TOP / ".gitignore").read_text(encoding="utf-8").splitlines()}
"""What commands make: it is there or not."""
TARGETS = set((TOP / "Makefile").read_text(encoding="utf-8").partition(".PHONY: ")[2].partition("\n")[0].split())
by_name = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)


@by_name
def test_links_lead_to_files(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)", document.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (document.parent / link).exists()] == []


@by_name
def test_paths_in_code_exist(document: Path) -> None:
    quoted = re.findall(r"`([\w./-]+)`", document.read_text(encoding="utf-8"))
    paths = [path for path in quoted if "/" in path and path.split("/")[0] in FOLDERS]
    assert [path for path in paths if not (TOP / path).exists() and path not in MADE] == []


@by_name
def test_commands_exist(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert set(re.findall(r"\bquadrangle ([a-z]+)", text)) <= set(COMMANDS)
    assert set(re.findall(r"python -m tests ([a-z]+)", text)) <= set(TEST_COMMANDS)
    assert set(re.findall(r"^ *make ([a-z]+)", text, re.MULTILINE)) <= TARGETS
