"""docs/import.md lists the columns and the rules that the imports have, and its examples can be imported."""

import re
from pathlib import Path

import pytest

from gateway.datasets.csv_files.dataset import read_csv
from gateway.datasets.csv_files.enrollments import EnrollmentFile
from gateway.datasets.csv_files.events import EventFile
from gateway.datasets.csv_files.learners import LearnerFile
from gateway.datasets.csv_stream import Columns
from gateway.datasets.moodle.dataset import check_mapping
from gateway.datasets.moodle.mapping import read_mapping
from gateway.datasets.moodle.rules import DEFAULT_RULES
from gateway.datasets.references import References
from tests.gateway.datasets.small_platform import NOW, source_in, stores_with_course

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "import.md"


def section(title: str) -> str:
    return GUIDE.read_text("utf-8").partition(f"## {title}\n")[2].partition("\n## ")[0]


def part(title: str) -> str:
    return section(title).partition("\n### ")[0]


@pytest.mark.parametrize(
    ("title", "columns"),
    [("Learners", LearnerFile.columns), ("Enrolments", EnrollmentFile.columns), ("Events", EventFile.columns)],
)
def test_the_guide_has_every_column(title: str, columns: Columns) -> None:
    rows = re.findall(r"^\| (`.*?) \| (.*) \|$", part(title), re.MULTILINE)
    named = {name: text.startswith("required") for cell, text in rows for name in re.findall(r"`([\w.]+)`", cell)}
    assert {name for name, required in named.items() if required} == set(columns.required)
    assert named.keys() == {*columns.required, *columns.optional, *(f"{prefix}NAME" for prefix in columns.prefixes)}


async def test_the_example_files_can_be_imported(tmp_path: Path) -> None:
    learners, enrollments, events = re.findall(r"```csv\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    source = source_in(tmp_path, learners=learners, enrollments=enrollments, events=events)
    dataset = await read_csv(source, References(stores=await stores_with_course()), now=NOW)
    assert dataset.counts == {"learners": 2, "enrolments": 2, "events": 3}


def test_the_guide_has_every_default_rule() -> None:
    rows = re.findall(r"^\| `(\\.*?)` \| (\w+) \| (\w+) \|$", GUIDE.read_text("utf-8"), re.MULTILINE)
    rules = {
        name: (rule.verb and rule.verb.value, "related" if rule.related else "user")
        for name, rule in DEFAULT_RULES.items()
    }
    assert {name: (verb, learner) for name, verb, learner in rows} == rules


async def test_the_example_mapping_is_one(tmp_path: Path) -> None:
    [text] = re.findall(r"```toml\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
    (tmp_path / "moodle.toml").write_text(text, "utf-8")
    mapping = read_mapping(tmp_path / "moodle.toml", site=None)
    await check_mapping(mapping, References(stores=await stores_with_course()))
    assert (mapping.learner_of(17), mapping.learner_of(18), len(mapping.rules)) == ("moodle-17", "ada", 3)
