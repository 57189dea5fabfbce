"""What `make docs` does beside MkDocs: pages from files outside of docs/, and drawings as files.

Pages keep the links that work on a code host; here they lead to the site's pages.
"""

import re
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path, PurePosixPath
from posixpath import normpath, relpath

import mermaidx
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

TOP = Path(__file__).resolve().parents[2]
OUTSIDE: Mapping[str, str] = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "vulnerabilities.md",
    "schema.graphql": "schema.md",
    "docs/decisions": "decisions.md",
}
"""The site's page for each file or folder that the documents link and that is not a page of docs/."""
LINK = re.compile(r"(?<=\]\()([^)#:\s]+)(?=[)#])")
DRAWING = re.compile(r"^```mermaid\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"^<!--.*?-->\n", re.MULTILINE | re.DOTALL)


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add the pages that are made here."""
    made = {target: (TOP / source).read_text("utf-8") for source, target in OUTSIDE.items() if source.endswith(".md")}
    made["decisions.md"] = decisions(TOP / "docs/decisions")
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def decisions(folder: Path) -> str:
    """The list of the decision records."""
    titles = {path.name: path.read_text("utf-8").partition("\n")[0].removeprefix("# ") for path in folder.glob("*.md")}
    rows = [f"- [{title}](decisions/{name})" for name, title in sorted(titles.items())]
    return "\n".join(
        ["# Decisions", "", "Each record has a decision, its reasons and what else was considered.", "", *rows]
    )


def on_page_markdown(markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to pages of the site, put drawings into files, and drop comments, which are for the tests."""
    source = next((outside for outside, target in OUTSIDE.items() if target == page.file.src_uri), None)
    folder = PurePosixPath(source or f"docs/{page.file.src_uri}").parent
    if page.file.src_uri == "decisions.md":
        folder = PurePosixPath("docs")

    def led(link: re.Match[str]) -> str:
        target = page_of(normpath(str(folder / link[1])))
        return relpath(target, str(PurePosixPath(page.file.src_uri).parent))

    def drawn(block: re.Match[str]) -> str:
        name = f"drawings/{sha256(block[1].encode()).hexdigest()[:12]}.svg"
        if files.get_file_from_path(name) is None:
            files.append(File.generated(config, name, content=mermaidx.render(block[1], theme="neutral").svg()))
        depth = page.file.dest_uri.count("/")
        return f'<img class="drawing" src="{"../" * depth}{name}" alt="{described(block[1])}">'

    return DRAWING.sub(drawn, COMMENT.sub("", LINK.sub(led, markdown)))


def page_of(path: str) -> str:
    """The site's page for a path of the repository."""
    return OUTSIDE.get(path, path.removeprefix("docs/"))


def described(drawing: str) -> str:
    """The text for readers who do not see a drawing: its title, or its labels."""
    title = re.search(r"^ *accTitle: (.*)$", drawing, re.MULTILINE)
    labels = re.findall(r'[\[(|"]([\w ,.:/]{3,})[\])|"]', drawing)
    return title[1] if title else "A drawing: " + ", ".join(dict.fromkeys(labels))
