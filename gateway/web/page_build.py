"""Builds the pages with Vite. Needs the standard library only: the build hook of the package uses it, too."""

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from gateway.runtime.errors import CommandError
from gateway.web.node_runtime import NEEDED, NodeRuntime
from gateway.web.page_publication import publish
from gateway.web.page_sources import FOLDER, source_files, sources_hash

INSTALL = ("ci", "--omit=dev", "--ignore-scripts", "--loglevel=error", "--prefer-offline")
FETCH_LIMITS = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-timeout=60000")
"""npm's defaults wait minutes for a registry that does not answer."""
LONGEST_SECONDS = 600
OnStep = Callable[[str], object]


class PagesUnavailable(CommandError):
    """The pages cannot be built here and now: Node.js or the npm packages cannot be reached."""


class PagesBroken(CommandError):
    """Vite refuses the sources. The lines are its own."""


@contextmanager
def page_builder(node: NodeRuntime | None, *, on_step: OnStep, folder: Path = FOLDER) -> Iterator["PageBuilder"]:
    """A builder of the pages in a folder, with a temporary folder of its own. Raises `PagesUnavailable`."""
    if node is None:
        raise PagesUnavailable(f"building the pages needs {NEEDED}")
    with TemporaryDirectory(prefix="quadrangle-pages-", ignore_cleanup_errors=True) as scratch:
        yield PageBuilder(folder, node, Path(scratch), on_step)


class PageBuilder:
    """Builds with the packages in the folder's `node_modules` if they are those of the lock file. Otherwise it installs
    them into its temporary folder, once, and builds from a copy of the sources there."""

    def __init__(self, folder: Path, node: NodeRuntime, scratch: Path, on_step: OnStep) -> None:
        self._folder = folder
        self._node = node
        self._copy, self._output = scratch / "web", scratch / "dist"
        self._on_step = on_step

    def build(self) -> None:
        """Build the pages and put them into `dist/`. Raises `PagesUnavailable` and `PagesBroken`; `dist/` stays as it
        was then."""
        dist = self._folder / "dist"
        if not os.access(dist if dist.exists() else self._folder, os.W_OK):
            raise PagesUnavailable(f"{dist} may not be written: the user who installed the package may do so")
        from_sources = sources_hash(self._folder)
        root = self._prepare()
        self._on_step("building the pages …")
        vite = ("node_modules/vite/bin/vite.js", "build", "--configLoader", "native", "--logLevel", "warn")
        code, output = finished([*self._node.node, *vite, "--outDir", str(self._output), "--emptyOutDir"], root)
        if code != 0:
            raise PagesBroken("the sources of the pages cannot be built:", *output.strip().splitlines())
        publish(self._output, dist, sources=from_sources)

    def _prepare(self) -> Path:
        """The folder to build in, with its packages."""
        if has_packages(self._folder):
            return self._folder
        copy_sources(self._folder, self._copy)
        if not has_packages(self._copy):
            self._on_step("installing the npm packages of the pages …")
            code, output = finished([*self._node.npm, *INSTALL, *FETCH_LIMITS], self._copy)
            if code != 0:
                found = re.search(r"npm error code (\w+)", output)
                reason = found[1] if found else f"exit code {code}"
                raise PagesUnavailable(f"the npm packages of the pages cannot be installed (npm: {reason})")
        return self._copy


def has_packages(folder: Path) -> bool:
    """Whether `node_modules` has the packages of the lock file, in the versions that it names."""
    try:
        wanted = json.loads((folder / "package-lock.json").read_text("utf-8"))["packages"]
        held = json.loads((folder / "node_modules/.package-lock.json").read_text("utf-8"))["packages"]
    except (FileNotFoundError, NotADirectoryError, ValueError):  # npm may have been killed
        return False
    needed = {path: each for path, each in wanted.items() if path and not each.get("dev")}
    versions = {path: each.get("version") for path, each in held.items()}
    # An optional package may be for another platform.
    return all(
        versions.get(path, each["version"] if each.get("optional") else None) == each["version"]
        for path, each in needed.items()
    )


def copy_sources(folder: Path, copy: Path) -> None:
    """Make the copy's sources those of the folder. Its `node_modules` stays."""
    kept = set(source_files(folder))
    for path in list(source_files(copy)):
        if path not in kept:
            (copy / path).unlink()
    for path in kept:
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(folder / path, copy / path)


def finished(command: Sequence[str], folder: Path) -> tuple[int, str]:
    """Run a command to its end: its exit code and output. If that is interrupted, it ends with all its children."""
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            kill(process)
            return 1, f"no end after {LONGEST_SECONDS} s"
        except BaseException:
            kill(process)
            raise
        return process.returncode, output


def kill(process: "subprocess.Popen[str]") -> None:
    """Kill the process and all that it has started."""
    with suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
