"""quadrangle import csv and quadrangle import moodle-log, as a user runs them."""

from pathlib import Path

import pytest

from tests.e2e.command import quadrangle
from tests.gateway.cli.environment import MEMORY
from tests.gateway.datasets.small_oulad import write

AAA = "course-v1:OU+AAA+2013J"
LEARNERS = "learnerId,displayName,locale,timeZone\nada,Ada Lovelace,en-GB,Europe/London\n"
ENROLLMENTS = f"learnerId,course,enrolledAt\nada,{AAA},2014-01-05T09:00:00Z\n"
EVENTS = f"""\
learnerId,course,verb,itemKey,at,score
ada,{AAA},VIEWED,site-546943,2014-01-06T09:00:00Z,
ada,{AAA},ATTEMPTED,assessment-1752,2014-01-07T09:00:00Z,0.75
"""
MAPPING = f"""\
[learners]
prefix = "moodle-"
[courses]
5 = "{AAA}"
[items]
301 = "assessment-1752"
"""
LOG_HEADER = "id,eventname,contextlevel,contextinstanceid,userid,courseid,relateduserid,other,timecreated\n"
LOG = f"""\
{LOG_HEADER}1,\\core\\event\\user_enrolment_created,50,5,2,5,17,"{{""enrol"":""manual""}}",1388912400
2,\\mod_quiz\\event\\attempt_submitted,70,301,17,5,17,null,1389016800
3,\\core\\event\\user_loggedin,10,1,17,0,NULL,null,1389016800
"""


def csv_in(folder: Path, **changed: str) -> list[str]:
    """The options of an import of three files, written to the folder."""
    contents = {"learners": LEARNERS, "enrollments": ENROLLMENTS, "events": EVENTS, **changed}
    for name, text in contents.items():
        (folder / f"{name}.csv").write_text(text)
    return [word for name in contents for word in (f"--{name}", str(folder / f"{name}.csv"))]


def moodle_in(folder: Path, *, log: str = LOG, mapping: str = MAPPING) -> list[str]:
    """The arguments of an import of a log and a mapping, written to the folder."""
    (folder / "log.csv").write_text(log)
    (folder / "map.toml").write_text(mapping)
    return [str(folder / "log.csv"), "--mapping", str(folder / "map.toml"), "--site", "https://moodle.example.org"]


def cells(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


@pytest.mark.slow
def test_files_are_checked_imported_and_imported_again(tmp_path: Path) -> None:
    data, oulad = tmp_path / "data", tmp_path / "oulad"
    oulad.mkdir()
    courses = quadrangle("import", "oulad", write(oulad), "--data", data)
    assert courses.returncode == 0, courses.stderr
    words = ["import", "csv", *csv_in(tmp_path), "--data", data]

    checked = quadrangle(*words, "--dry-run")
    assert checked.returncode == 0, checked.stderr
    assert cells(checked.stdout)[1:4] == [["learners", "1"], ["enrolments", "1"], ["events", "2"]]
    assert checked.stdout.endswith("\nnothing was written: this was a dry run\n")

    for new, known in (("1", "0"), ("0", "1")):
        ended = quadrangle(*words)
        assert ended.returncode == 0, ended.stderr
        assert ["profiles", "profiles", "1", new, known, "0"] in cells(ended.stdout)
        assert ["progress", "enrollments", "1", new, known, "0"] in cells(ended.stdout)
        assert [
            "progress",
            "events",
            "3",
            *(("3", "0") if new == "1" else ("0", "3")),
            "0",
        ] in cells(ended.stdout)

    log = quadrangle("import", "moodle-log", *moodle_in(tmp_path), "--data", data)
    assert log.returncode == 0, log.stderr
    assert ["progress", "events", "2", "2", "0", "0"] in cells(log.stdout)
    assert "skipped rows: courses that are not in the mapping" in log.stdout


def test_bad_rows_are_listed_or_skipped_and_counted(tmp_path: Path) -> None:
    files = csv_in(tmp_path, learners=f"{LEARNERS}zoe,Zoe,pl,Mars\n")[:2]
    refused = quadrangle("import", "csv", *files, **MEMORY)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.splitlines()[-2:] == [
        "quadrangle: learners.csv row 3: timeZone is not an IANA time zone",
        "quadrangle: 1 bad row: correct the files, or leave bad rows out with --skip-bad",
    ]
    skipped = quadrangle("import", "csv", *files, "--skip-bad", **MEMORY)
    assert skipped.returncode == 0, skipped.stderr
    assert ["profiles", "profiles", "1", "1", "0", "0"] in cells(skipped.stdout)
    assert ["skipped", "rows", "of", "learners.csv", "1"] in cells(skipped.stdout)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("csv --learners {tmp}/none.csv", "cannot use {tmp}/none.csv: No such file or directory"),
        ("csv --learners {tmp}/log.csv", "log.csv row 1: missing column learnerId, displayName, locale, timeZone"),
        ("csv --learners {tmp}/log.csv --dry-run --data {tmp}/none", "{tmp}/none is not a data folder yet: start"),
        ("moodle-log {tmp}/none.csv --mapping {tmp}/map.toml --site http://m", "cannot use {tmp}/none.csv: No such"),
        ("moodle-log {tmp}/log.csv --mapping {tmp}/map.toml", "map.toml: site: must be the URL of the Moodle site"),
        (
            "moodle-log {tmp}/log.csv --mapping {tmp}/map.toml --site http://m",
            "items.301: no course of the mapping has an item 'assessment-1752'",
        ),
        ("moodle-log {tmp}/log.csv --mapping {tmp}/log.csv --site http://m", "log.csv is not TOML: "),
    ],
)
def test_an_error_that_the_user_can_correct_is_one_line(words: str, line: str, tmp_path: Path) -> None:
    moodle_in(tmp_path)
    ended = quadrangle("import", *words.format(tmp=tmp_path).split(), **MEMORY)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.splitlines()[-1].startswith(f"quadrangle: {line.format(tmp=tmp_path)}")


@pytest.mark.parametrize("words", [["csv"], ["moodle-log", "log.csv"], ["xml"], []])
def test_invalid_options_exit_with_2(words: list[str]) -> None:
    ended = quadrangle("import", *words, **MEMORY)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ": error: " in ended.stderr


@pytest.mark.parametrize("source", ["csv", "moodle-log", "oulad"])
def test_the_help_of_each_source_has_examples(source: str) -> None:
    assert f"quadrangle import {source}" in quadrangle("import", source, "--help").stdout.partition("examples:")[2]
