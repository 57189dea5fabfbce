"""The examples of README and docs run as they stand there, page by page, beside one demo."""

import gzip
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.examples.blocks import PAGES, Block, blocks_of
from tests.examples.queries import answer_of, fits
from tests.examples.shell import Running, Shell
from tests.gateway.datasets.small_oulad import write as write_oulad

RUN = [page for page in PAGES if any(block.is_run_here for block in blocks_of(page))]
RUN.sort(key=lambda page: page.name != "README.md")
"""README is first: its quoted answer is that of a demo in which no learner studies."""
OPERATION = "query Me {\n  me { id displayName }\n}\n"


@pytest.fixture(scope="module")
def shell(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """A reader's folder, with the files that pages take for granted."""
    shell = Shell(tmp_path_factory.mktemp("examples"))
    (shell.folder / "DIR").mkdir()
    write_oulad(shell.folder / "DIR")
    shell.write("src/operations/me.graphql", OPERATION)
    try:
        yield shell
    finally:
        shell.end_demo()


@pytest.fixture
def page_shell(shell: Shell) -> Iterator[Shell]:
    """The folder while one page runs."""
    try:
        yield shell
    finally:
        shell.end_page()


@pytest.mark.parametrize("page", RUN, ids=lambda page: page.stem)
def test_the_examples_of_a_page_run(page: Path, page_shell: Shell, pytestconfig: pytest.Config) -> None:
    if not pytestconfig.getoption("--long"):
        pytest.skip("`make full` runs the examples")
    blocks = list(blocks_of(page))
    if not any("make demo" in block.text and block.is_run_here for block in blocks):
        page_shell.start("make demo ARGS=--live\n")
    for block in blocks:
        if block.key == "file":
            keep(page_shell, block)
    answer: Any = None
    awaited: list[tuple[Running, str]] = []
    for block in blocks:
        if block.key == "answer":
            assert fits(json.loads(block.text), answer), f"{block.place}: {json.dumps(answer, ensure_ascii=False)}"
        elif block.is_long_running and block.is_run_here:
            running = page_shell.start(block.text)
            if block.value:
                running.wait_for("")  # a watch that prints has subscribed: it does not miss what the page does next
                awaited.append((running, block.value))
        elif block.is_run_here:
            answer = result_of(page_shell, block)
    for running, text in awaited:
        running.wait_for(text)


def keep(shell: Shell, block: Block) -> None:
    """Write a block to the file that its note names."""
    path = shell.write(block.value, block.text)
    if path.suffix == ".gz":
        path.write_bytes(gzip.compress(block.text.encode()))


def result_of(shell: Shell, block: Block) -> Any:
    """Run an example that ends by itself: the JSON that it answers, or else the text that it prints."""
    if block.language == "graphql":
        answer = answer_of(shell.url, block.text, token_of(shell, block.value))
        assert "errors" not in answer, f"{block.place}: {answer}"
        return answer
    printed = shell.run(block.text)
    if '"query"' not in block.text:
        return printed
    answer = json.loads(printed)
    assert "errors" not in answer, f"{block.place}: {answer}"
    return answer


@cache
def token_of(shell: Shell, viewer: str) -> str | None:
    """A token of the viewer in a block's note."""
    if not viewer:
        return None
    role, subject, *courses = viewer.split()
    options = "".join(f" --course {key}" for key in courses)
    return shell.run(f"quadrangle token --role {role} --sub {subject}{options}").strip()
