"""The sources of the pages, and whether what is built was built from them. Needs the standard library only: the build
hook of the package uses it, too."""

import logging
import os
from collections.abc import Iterator
from enum import Enum
from hashlib import sha256
from pathlib import Path

log = logging.getLogger("quadrangle.pages")
FOLDER = Path(__file__).parent
DIST = FOLDER / "dist"
HASH_FILE = "sources.sha256"
"""In the folder that was built: the hash of the sources."""
NOT_SOURCES = frozenset({"dist", "node_modules", "__pycache__"})
GENERATED = frozenset({"src/documents.ts", "src/document_modules.d.ts"})
"""The types of the documents, which `npm run types` writes. The built pages do not depend on them."""


class PagesState(Enum):
    """Whether the pages are built. The value says it to the user."""

    CURRENT = "the pages are up to date"
    OUTDATED = "the pages are older than their sources: run `quadrangle pages`"
    MISSING = "the pages are not built: run `quadrangle pages`"


def source_files(folder: Path) -> Iterator[str]:
    """The paths of all sources below the folder, in order: every file but Python's, hidden and generated ones."""
    found = []
    for top, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in NOT_SOURCES and not name.startswith(".")]
        found += [(Path(top) / name).relative_to(folder).as_posix() for name in names]
    for path in sorted(found):
        name = path.rpartition("/")[2]
        if path not in GENERATED and not name.endswith(".py") and (name == ".npmrc" or not name.startswith(".")):
            yield path


def sources_hash(folder: Path) -> str:
    """A hash of all sources, with their paths."""
    whole = sha256()
    for path in source_files(folder):
        whole.update(f"{path} {sha256((folder / path).read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def built_hash(dist: Path) -> str | None:
    """The hash of the sources that the pages were built from. None: they are not built, or not to the end."""
    try:
        return (dist / HASH_FILE).read_text("utf-8").strip()
    except (FileNotFoundError, NotADirectoryError):
        return None


def pages_state(folder: Path = FOLDER) -> PagesState:
    """Whether the pages in `dist/` are built from the sources beside it."""
    dist = folder / "dist"
    if built_hash(dist) == sources_hash(folder):
        return PagesState.CURRENT
    return PagesState.OUTDATED if any(dist.glob("*/page.html")) else PagesState.MISSING


def log_pages_state(folder: Path = FOLDER) -> None:
    """Log that the pages are not built, or outdated."""
    if (pages := pages_state(folder)) is not PagesState.CURRENT:
        log.warning("%s", pages.value)
