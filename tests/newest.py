"""`python -m tests newest`: the checks with the newest versions of all dependencies, in a second environment.

It ignores the pins of .ci/constraints.txt and the upper bounds of pyproject.toml. It reports, and fails only if the
environment cannot be made.
"""

import os
import re
import subprocess
import sys
import sysconfig
import tomllib
from collections.abc import Sequence
from pathlib import Path

TOP = Path(__file__).resolve().parent.parent
ENVIRONMENT = TOP / ".venv-newest"
PYTHON = str(ENVIRONMENT / "bin/python")


def without_upper_bound(requirement: str) -> str:
    """The requirement without its `<` clause; markers stay."""
    return re.sub(r",<[^,;]*", "", requirement)


def requirements() -> list[str]:
    """All requirements of the project and its extras, without their upper bounds and the project itself."""
    project = tomllib.loads((TOP / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    return [without_upper_bound(each) for group in groups for each in group if not each.startswith(project["name"])]


def versions(freeze: str) -> dict[str, str]:
    """Package → version, from the output of `pip freeze` or from a constraints file."""
    pins = [line.split("==") for line in freeze.splitlines() if "==" in line and not line.startswith("#")]
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pins}


def differences(pinned: dict[str, str], installed: dict[str, str]) -> list[str]:
    """One line for each package that is added, removed or has another version."""
    return [
        f"{name} {pinned.get(name, 'not pinned')} → {installed.get(name, 'not installed')}"
        for name in sorted({*pinned, *installed})
        if pinned.get(name) != installed.get(name)
    ]


def install() -> None:
    """Make the environment; subprocess.CalledProcessError if that fails."""
    print(f"making {ENVIRONMENT.name} …", flush=True)
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
    pip = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    unpinned = {name: value for name, value in os.environ.items() if not name.endswith("CONSTRAINT")}
    print("installing the newest versions …", flush=True)
    subprocess.run([*pip, *requirements()], env=unpinned, check=True)
    subprocess.run([*pip, "--no-deps", "--editable", str(TOP)], env=unpinned, check=True)


def report(pytest_arguments: Sequence[str]) -> int:
    """Make the environment, run all checks in it and print what differs and how they end."""
    try:
        install()
    except subprocess.CalledProcessError as error:
        print(f"newest: {ENVIRONMENT.name} could not be made (exit code {error.returncode})", file=sys.stderr)
        return 1
    freeze = [PYTHON, "-m", "pip", "freeze", "--exclude-editable"]
    installed = versions(subprocess.run(freeze, capture_output=True, text=True, check=True).stdout)
    pinned = versions((TOP / ".ci/constraints.txt").read_text(encoding="utf-8"))
    changed = differences(pinned, installed)
    print(f"{len(changed)} versions differ from the pins", *changed, sep="\n  ", flush=True)
    # The environment of this interpreter may have the only influxd.
    path = os.pathsep.join((os.environ.get("PATH", os.defpath), sysconfig.get_path("scripts")))
    checks = [PYTHON, "-m", "tests", "all", *pytest_arguments]
    code = subprocess.run(checks, cwd=TOP, env={**os.environ, "PATH": path}, check=False).returncode
    outcome = "passed" if code == 0 else f"failed (exit code {code}), see above"
    print(f"newest: {len(changed)} versions differ from the pins, and the checks {outcome}")
    return 0
