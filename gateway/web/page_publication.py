"""Puts newly built pages in the place of older ones, file by file, while a gateway may serve them."""

import os
import shutil
from pathlib import Path

from gateway.web.page_sources import HASH_FILE


def publish(built: Path, dist: Path, *, sources: str) -> None:
    """Move the built files into `dist`. `sources` is the hash of the sources.

    Each file appears whole. Files of pages come before the pages that name them, and old ones go last, so a page is
    complete at any time, also if this is killed. `dist` counts as built only when all is done.
    """
    dist.mkdir(exist_ok=True)
    (dist / HASH_FILE).unlink(missing_ok=True)
    files = sorted(path.relative_to(built) for path in built.rglob("*") if path.is_file())
    for path in sorted(files, key=lambda path: path.suffix == ".html"):
        (dist / path).parent.mkdir(parents=True, exist_ok=True)
        place(built / path, dist / path)
    for path in sorted(dist.rglob("*"), reverse=True):
        if path.is_dir():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(dist) not in files:
            path.unlink()
    (built / HASH_FILE).write_text(f"{sources}\n", encoding="utf-8")
    place(built / HASH_FILE, dist / HASH_FILE)


def place(source: Path, target: Path) -> None:
    """Copy a file, which may be on another file system, so that the target is the old or the new one at any time."""
    partial = target.with_name(f".{target.name}.{os.getpid()}")
    shutil.copyfile(source, partial)
    partial.replace(target)
