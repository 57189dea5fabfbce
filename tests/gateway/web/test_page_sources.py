"""What the pages are built from, and how it is known that they are built."""

import subprocess
from pathlib import Path

import pytest

from gateway.web.page_sources import (
    FOLDER,
    HASH_FILE,
    PagesState,
    log_pages_state,
    pages_state,
    source_files,
    sources_hash,
)

SOURCES = (".npmrc", "build/plugin.js", "documents/rows.graphql", "package.json", "src/home/main.tsx", "src/logo.svg")
OTHERS = (
    *("pages.py", "__pycache__/pages.pyc", "node_modules/vite/index.js", "dist/home/page.html", "src/.main.tsx.swp"),
    *(".DS_Store", "src/documents.ts", "src/document_modules.d.ts"),
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in (*SOURCES, *OTHERS):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    return tmp_path


def test_the_sources_are_found(folder: Path) -> None:
    assert tuple(source_files(folder)) == SOURCES


@pytest.mark.parametrize("name", SOURCES)
def test_a_change_of_a_source_changes_the_hash(folder: Path, name: str) -> None:
    before = sources_hash(folder)
    (folder / name).write_text("changed")
    changed = sources_hash(folder)
    (folder / name).rename(folder / "renamed")
    assert len({before, changed, sources_hash(folder)}) == 3


@pytest.mark.parametrize("name", OTHERS)
def test_a_change_of_another_file_does_not(folder: Path, name: str) -> None:
    before = sources_hash(folder)
    (folder / name).write_text("changed")
    assert sources_hash(folder) == before


def test_every_file_in_git_but_pythons_is_a_source() -> None:
    listed = subprocess.run(["git", "ls-files", "."], cwd=FOLDER, capture_output=True, text=True, check=False)
    if listed.returncode != 0:
        pytest.skip("not a clone")
    assert {name for name in listed.stdout.splitlines() if not name.endswith(".py")} <= set(source_files(FOLDER))


def test_pages_are_current_with_the_hash_of_their_sources(folder: Path) -> None:
    assert pages_state(folder) is PagesState.OUTDATED
    (folder / "dist" / HASH_FILE).write_text(sources_hash(folder) + "\n")
    assert pages_state(folder) is PagesState.CURRENT
    (folder / "package.json").write_text("changed")
    assert pages_state(folder) is PagesState.OUTDATED


def test_pages_without_files_are_missing(folder: Path) -> None:
    (folder / "dist/home/page.html").unlink()
    assert pages_state(folder) is PagesState.MISSING


def test_pages_that_are_not_current_are_logged(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    log_pages_state(folder)
    (folder / "dist" / HASH_FILE).write_text(sources_hash(folder) + "\n")
    log_pages_state(folder)
    assert caplog.messages == [PagesState.OUTDATED.value]
