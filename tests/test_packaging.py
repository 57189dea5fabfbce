"""All dependencies are pinned, and the wheel is complete."""

import json
import re
import tarfile
import tomllib
from importlib.metadata import distributions
from pathlib import Path
from zipfile import ZipFile

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder
from packaging.specifiers import SpecifierSet

TOP = Path(__file__).resolve().parent.parent
PACKAGES = ("gateway", "resolvers", "stores")
NOT_SHIPPED = (
    "gateway/web/node_modules/",
    *("gateway/web/src/documents.ts", "gateway/web/src/document_modules.d.ts"),
)


def normal(requirement: str) -> str:
    name = re.split(r"[^\w.-]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_pinned_version_runs_on_the_oldest_python() -> None:
    oldest = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]["requires-python"].removeprefix(">=") + ".0"
    newer = {
        each.metadata["Name"]: wanted
        for each in distributions()
        if (wanted := each.metadata["Requires-Python"]) and not SpecifierSet(wanted).contains(oldest)
    }
    assert newer == {}


def test_every_dependency_is_pinned() -> None:
    project = tomllib.loads((TOP / "pyproject.toml").read_text())["project"]
    pins = [line for line in (TOP / ".ci/constraints.txt").read_text().splitlines() if not line.startswith("#")]
    assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.!+]+", pin)] == []
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    wanted = {normal(each) for group in groups for each in group}
    assert wanted - {normal(pin) for pin in pins} == {"quadrangle"}


@pytest.mark.parametrize("folder", ["tests/protocol", "tests/bench/peers", "gateway/web"])
def test_npm_packages_are_pinned_without_a_registry(folder: str) -> None:
    wanted = json.loads((TOP / folder / "package.json").read_text())["dependencies"]
    lock = json.loads((TOP / folder / "package-lock.json").read_text())
    assert [version for version in wanted.values() if not re.fullmatch(r"\d+\.\d+\.\d+", version)] == []
    assert lock["packages"][""]["dependencies"] == wanted
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []


def files_of_packages() -> set[str]:
    """What a package must have: all sources, and the pages that are built."""
    files = [path for package in PACKAGES for path in (TOP / package).rglob("*") if path.is_file()]
    names = {path.relative_to(TOP).as_posix() for path in files if "__pycache__" not in path.parts}
    return {name for name in names if not name.startswith(NOT_SHIPPED)}


def test_the_wheel_has_every_file_of_its_packages(tmp_path: Path) -> None:
    [wheel] = WheelBuilder(str(TOP)).build(directory=str(tmp_path), versions=["standard"])
    assert {name for name in ZipFile(wheel).namelist() if name.startswith(PACKAGES)} == files_of_packages()


def test_the_sdist_has_them_too(tmp_path: Path) -> None:
    [sdist] = SdistBuilder(str(TOP)).build(directory=str(tmp_path), versions=["standard"])
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {name for name in names if name.startswith(PACKAGES)} == files_of_packages()
    assert {"pyproject.toml", "LICENSE", "README.md"} <= names
