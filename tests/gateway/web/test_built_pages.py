"""What the build of the pages writes: sizes, attributes, licences and types."""

import gzip
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.web.assets import MEDIA_TYPES, SUFFIXES
from gateway.web.page_sources import FOLDER
from gateway.web.pages import EXPLORER, PATHS
from tests.backends import missing

pytestmark = pytest.mark.slow  # they may build the pages

LARGEST = 400_000
"""Bytes of the scripts and styles of a page, compressed by gzip."""
NAMES = sorted({EXPLORER, *PATHS.values()})
INLINE = re.compile(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=")


def files_of(page: Path, assets: Path) -> Iterator[Path]:
    """The files that a page names, with those that they name, also if they are loaded later."""
    seen: set[str] = set()
    names = {path.name for path in assets.iterdir()}
    waiting = [page]
    while waiting:
        path = waiting.pop()
        if path.suffix in {".html", ".js", ".css"}:
            found = set(re.findall(r"[\w.-]+\.(?:js|css)\b", path.read_text("utf-8"))) & names - seen
            seen |= found
            waiting += [assets / name for name in found]
        if path != page:
            yield path


@pytest.mark.parametrize("name", [name for name in NAMES if name != EXPLORER])
def test_a_page_is_small(built_pages: Path, name: str) -> None:
    files = list(files_of(built_pages / name / "page.html", built_pages / "assets"))
    assert {path.suffix for path in files} == {".js", ".css"}
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) <= LARGEST


@pytest.mark.parametrize("name", NAMES)
def test_a_page_has_what_the_gateway_fills_in_and_nothing_inline(built_pages: Path, name: str) -> None:
    text = (built_pages / name / "page.html").read_text("utf-8")
    assert text.count('data-remote-images="false"') == text.count('data-demo="false"') == 1
    assert not INLINE.search(text)


def test_every_file_is_served_with_its_media_type_and_encoded(built_pages: Path) -> None:
    files = [path for path in (built_pages / "assets").iterdir() if path.suffix not in SUFFIXES.values()]
    assert {path.suffix for path in files} <= set(MEDIA_TYPES)
    large = [path for path in files if path.suffix in {".js", ".css"} and path.stat().st_size >= 1_024]
    assert large
    assert [path.name for path in large for end in SUFFIXES.values() if not Path(f"{path}{end}").is_file()] == []


def test_the_licences_of_the_packages_are_with_the_pages(built_pages: Path) -> None:
    notice = (built_pages / "NOTICE.txt").read_text("utf-8")
    for package in ("preact", "react", "graphiql", "monaco-editor", "uplot", "graphql-ws"):
        assert re.search(
            rf"^{package} [\d.]+ \(MIT\)\n\n.*Permission is hereby granted", notice, re.DOTALL | re.MULTILINE
        )
    assert "END OF typescript NOTICES" in notice  # what monaco-editor contains


def test_the_types_of_the_pages_are_right() -> None:
    """`npm run check`: the types of the documents by the schema, then TypeScript."""
    npm = shutil.which("npm")
    if npm is None or not (FOLDER / "node_modules/typescript").is_dir():
        missing("Node: the npm packages of the pages are not installed (`make test` installs them)")
    checked = subprocess.run(
        [npm, "run", "--silent", "check"], cwd=FOLDER, capture_output=True, text=True, timeout=200, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
