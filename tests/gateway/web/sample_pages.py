"""A small folder of pages as the build writes it."""

import gzip
from pathlib import Path

PAGE = '<html lang="en" data-remote-images="false" data-demo="false"><script src="/assets/page-1a.js"></script></html>'
SCRIPT = "export const page = 1;\n" * 100
NAMES = ("home", "dashboard", "learn", "verify", "explorer")
OTHERS = ("small.css", "codicon.ttf", "module.wasm", "font.woff2", "graph.svg", "notes.txt", "below/x.js")


def write_pages(folder: Path) -> Path:
    """Write the pages into a new folder, with a file beside it that must not be served; the folder."""
    for name in NAMES:
        (folder / name).mkdir(parents=True)
        (folder / name / "page.html").write_text(PAGE)
    assets = folder / "assets"
    (assets / "below").mkdir(parents=True)
    (assets / "page-1a.js").write_text(SCRIPT)
    (assets / "page-1a.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (assets / "page-1a.js.br").write_bytes(b"as brotli")
    for name in OTHERS:
        (assets / name).write_text("x")
    (folder.parent / "secret.js").write_text("secret")
    return folder
