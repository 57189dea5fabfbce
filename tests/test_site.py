"""The documentation builds as a site without a warning, loads nothing from other origins, and describes the schema."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from graphql import build_schema, is_introspection_type, is_specified_scalar_type

TOP = Path(__file__).resolve().parent.parent
LOADED = re.compile(r"""<(?:script|link|img|iframe)\b[^>]*?\b(?:src|href)=["']?(https?:)?//""")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Path:
    """The folder of the built site."""
    if not pytestconfig.getoption("--long"):
        pytest.skip("`make full` builds the site")
    folder = tmp_path_factory.mktemp("site")
    words = ["build", "--strict", "--quiet", "--config-file", "docs/site/mkdocs.yml", "--site-dir", str(folder)]
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", *words],
        cwd=TOP,
        env={"PATH": "", "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (built.returncode, built.stdout, built.stderr) == (0, "", "")
    return folder


def test_every_document_is_a_page(site: Path) -> None:
    documents = [path.relative_to(TOP / "docs").with_suffix(".html") for path in (TOP / "docs").rglob("*.md")]
    assert [name for name in documents if not (site / name).is_file()] == []
    assert {"index.html", "schema.html", "decisions.html", "changelog.html"} <= {path.name for path in site.iterdir()}


def test_pages_load_nothing_from_other_origins(site: Path) -> None:
    pages = {path: path.read_text("utf-8") for path in site.rglob("*.html")}
    assert [path.name for path, text in pages.items() if LOADED.search(text)] == []
    # The theme loads Mermaid from a CDN for such blocks.
    assert [path.name for path, text in pages.items() if 'class="mermaid"' in text] == []
    styles = [path for path in site.rglob("*.css") if re.search(r"(url\(|@import )[\"']?https?:", path.read_text())]
    assert styles == []


def test_drawings_are_drawn(site: Path) -> None:
    sources = [path.read_text("utf-8") for path in (TOP / "docs").rglob("*.md")]
    drawn = list((site / "drawings").glob("*.svg"))
    assert len(drawn) == sum(text.count("```mermaid") for text in sources) > 0
    for name in ("concepts", "architecture", "execution"):
        page = (site / f"{name}.html").read_text("utf-8")
        images = re.findall(r'<img class="drawing" src="(drawings/\w+\.svg)" alt="[^"]+"', page)
        assert images
        assert all((site / image).is_file() for image in images)


def test_the_schema_reference_has_every_type_field_and_argument(site: Path) -> None:
    page = (site / "schema.html").read_text("utf-8")
    anchors = set(re.findall(r'id="([^"]+)"', page))
    schema = build_schema((TOP / "schema.graphql").read_text("utf-8"))
    wanted = set()
    for each in schema.type_map.values():
        if is_introspection_type(each) or is_specified_scalar_type(each):
            continue
        root = each in {schema.query_type, schema.mutation_type, schema.subscription_type}
        wanted |= set() if root else {each.name}
        for name, field in getattr(each, "fields", getattr(each, "values", {})).items():
            wanted.add(f"{each.name}.{name}")
            wanted |= {f"{each.name}.{name}.{argument}" for argument in getattr(field, "args", None) or ()}
    assert wanted - anchors == set()
    assert [link for link in re.findall(r'href="#([^"]+)"', page) if link not in anchors | {"__top"}] == []
