"""Bad rows of OULAD's files are reported with their file and row, or left out and counted."""

import gzip
from pathlib import Path

import pytest

from gateway.datasets.bad_rows import MAX_REPORTED, BadSource
from gateway.datasets.oulad.tables import read_tables
from tests.gateway.datasets.small_oulad import (
    CLICKS,
    FILES,
    REGISTRATIONS,
    RESULTS,
    STUDENTS,
    with_line,
    write,
)

BAD_ROWS = [
    (RESULTS, 3, "1752,28400,4x,0,70", "date_submitted '4x' is not a whole number"),
    (RESULTS, 3, "1752,28400,4_0,0,70", "date_submitted '4_0' is not a whole number"),
    (RESULTS, 3, "1752,28400,٤,0,70", "date_submitted '٤' is not a whole number"),
    (RESULTS, 3, "1752,28400,,0,70", "date_submitted '' is not a whole number"),
    (RESULTS, 3, "1752,28400,99999,0,70", "date_submitted 99999 is not within -3660 … 3660"),
    (RESULTS, 3, "1752,28400,4,2,70", "is_banked '2' is not one of 0, 1"),
    (RESULTS, 3, "1752,28400,4,0,100.5", "score '100.5' is not a number from 0 to 100"),
    (RESULTS, 3, "1752,28400,4,0,-1", "score '-1' is not a number from 0 to 100"),
    (RESULTS, 3, "1752,28400,4,0,nan", "score 'nan' is not a number from 0 to 100"),
    (RESULTS, 3, "1752,28400,4,0", "4 fields in place of 5"),
    (RESULTS, 3, "1752,28400,4,0,70,", "6 fields in place of 5"),
    (RESULTS, 3, '1752,28400,4,0,"70', "unexpected end of data"),
    (RESULTS, 3, "9999,28400,4,0,70", "assessments.csv has no assessment 9999"),
    (RESULTS, 3, "1752,30268,4,0,70", "studentInfo.csv has no student 30268 of AAA/2013J"),
    (CLICKS, 5, "AAA,2013J,11391,999,0,2", "vle.csv has no site 999 in AAA/2013J"),
    (CLICKS, 5, "AAA,2013J,11391,700100,0,2", "vle.csv has no site 700100 in AAA/2013J"),
    (CLICKS, 5, "AAA,2013J,30268,546943,0,2", "studentInfo.csv has no student 30268 of AAA/2013J"),
    (CLICKS, 5, "AAA,2013J,11391,546943,0,-2", "sum_click -2 is not within 0 … 999999999"),
    (STUDENTS, 2, "aaa,2013J,11391,M,W,H,,55<=,0,240,N,Pass", "code_module 'aaa' is not three capital letters"),
    (STUDENTS, 2, "AAA,2013Q,11391,M,W,H,,55<=,0,240,N,Pass", "code_presentation '2013Q' is not a year with B or J"),
    (STUDENTS, 2, "AAA,2015J,11391,M,W,H,,55<=,0,240,N,Pass", "courses.csv has no AAA/2015J"),
    (STUDENTS, 2, "AAA,2013J,11391,M,,H,,55<=,0,240,N,Pass", "region '' is not readable text"),
    (STUDENTS, 2, "AAA,2013J,11391,M,W\0,H,,55<=,0,240,N,Pass", "region 'W\\x00' is not readable text"),
    (STUDENTS, 2, "AAA,2013J,11391,M,W,H,,55<=,0,240,N,Passed", "is not one of Distinction, Fail, Pass, Withdrawn"),
    (STUDENTS, 3, "AAA,2013J,11391,M,W,H,,55<=,0,240,N,Pass", "student 11391 of AAA/2013J is there twice"),
    (REGISTRATIONS, 3, "AAA,2013J,11391,-53,", "student 11391 of AAA/2013J is there twice"),
    (REGISTRATIONS, 3, "AAA,2013J,28400,soon,", "date_registration 'soon' is not a whole number"),
    ("assessments.csv", 2, "AAA,2013J,1753,TMB,54,20", "assessment_type 'TMB' is not one of CMA, Exam, TMA"),
    ("assessments.csv", 3, "AAA,2013J,1753,TMA,19,20", "assessment 1753 is there twice"),
    ("vle.csv", 3, "546652,AAA,2013J,forum,1,1", "activity_type 'forum' is not one of"),
    ("vle.csv", 3, "546943,AAA,2013J,url,,", "site 546943 is there twice"),
    ("courses.csv", 3, "AAA,2013J,234", "AAA/2013J is there twice"),
]


@pytest.mark.parametrize(("file", "row", "line", "why"), BAD_ROWS)
def test_a_bad_row_is_reported_with_its_place(tmp_path: Path, file: str, row: int, line: str, why: str) -> None:
    write(tmp_path, **with_line(file, row, line))
    with pytest.raises(BadSource) as caught:
        read_tables(tmp_path, skip_bad=False)
    reported, count = caught.value.lines
    place, _, message = reported.partition(": ")
    assert why in message
    assert place == f"{file} row {row}"
    assert "\n" not in reported
    assert count == "1 bad row: correct the files, or leave bad rows out with --skip-bad"


def test_bad_rows_of_all_files_are_reported_without_those_that_only_refer_to_them(tmp_path: Path) -> None:
    changed = with_line(STUDENTS, 3, "AAA,2013J,28400,X,Scotland,A Level,,35-55,1,60,Y,Withdrawn")
    changed |= with_line(RESULTS, 2, "1752,11391,18,0,780")
    with pytest.raises(BadSource) as caught:
        read_tables(write(tmp_path, **changed), skip_bad=False)
    assert [line.partition(":")[0] for line in caught.value.lines] == [
        f"{STUDENTS} row 3",
        f"{RESULTS} row 2",
        "2 bad rows",
    ]


def test_the_first_twenty_bad_rows_are_reported_and_all_are_counted(tmp_path: Path) -> None:
    header = FILES[RESULTS].splitlines()[0]
    rows = "\n".join([header, *["1752,11391,soon,0,78"] * 25])
    with pytest.raises(BadSource) as caught:
        read_tables(write(tmp_path, **{RESULTS: rows}), skip_bad=False)
    *reported, count = caught.value.lines
    assert [line.partition(":")[0] for line in reported] == [
        f"{RESULTS} row {number}" for number in range(2, MAX_REPORTED + 2)
    ]
    assert count.startswith("25 bad rows (the first 20 are listed): ")


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"vle.csv": None}, "vle.csv: not in"),
        ({"vle.csv.gz": FILES["vle.csv"]}, "vle.csv: there more than once (vle.csv, vle.csv.gz)"),
        ({"studentVle.csv": FILES[CLICKS]}, "studentVle.csv: there more than once"),
        ({RESULTS: FILES[RESULTS].replace(",score", "", 1)}, f"{RESULTS} row 1: missing column score"),
        (
            {RESULTS: FILES[RESULTS].replace("id_assessment,id_student", "id_student,id_assessment")},
            "row 1: the header",
        ),
        ({RESULTS: ""}, f"{RESULTS} row 1: missing column"),
        ({RESULTS: gzip.compress(FILES[RESULTS].encode())[:-9]}, f"{RESULTS}: damaged, not a whole gzip file"),
        ({RESULTS: b"id_assessment"}, f"{RESULTS}: damaged, not a whole gzip file"),
        (
            {"vle.csv": FILES["vle.csv"].encode() + b"1,AAA,2013J,page\xff,,\n"},
            r"vle.csv row 5: activity_type 'page\udcff' is",
        ),
        (with_line(REGISTRATIONS, 3, ""), "studentRegistration.csv: no row for student 28400 of AAA/2013J"),
    ],
)
def test_a_bad_file_is_reported(tmp_path: Path, changed: dict[str, str | bytes | None], why: str) -> None:
    with pytest.raises(BadSource) as caught:
        read_tables(write(tmp_path, **changed), skip_bad=False)
    assert why in str(caught.value)


def test_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with pytest.raises(BadSource, match="no such folder"):
        read_tables(tmp_path / "nowhere", skip_bad=True)


def test_skipped_rows_and_the_rows_that_refer_to_them_are_counted(tmp_path: Path) -> None:
    changed = with_line(STUDENTS, 3, "AAA,2013J,28400,X,Scotland,A Level,,35-55,1,60,Y,Withdrawn")
    changed |= with_line(RESULTS, 2, '1752,11391,18,0,"78')
    tables = read_tables(write(tmp_path, **changed), skip_bad=True)
    assert tables.left_out == {STUDENTS: 1, REGISTRATIONS: 1, RESULTS: 2, CLICKS: 3}
    assert len(tables.students) == 3
    assert [row.assessment for rows in tables.results.values() for row in rows] == [1753, 1800]


def test_a_skipped_registration_loses_its_dates_only(tmp_path: Path) -> None:
    tables = read_tables(write(tmp_path, **with_line(REGISTRATIONS, 3, "AAA,2013J,28400,x,")), skip_bad=True)
    assert tables.left_out == {REGISTRATIONS: 1}
    assert (len(tables.students), len(tables.registrations)) == (4, 3)


def test_gzip_windows_line_ends_and_a_byte_order_mark_make_no_difference(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    plain = {name.removesuffix(".gz"): "\ufeff" + text.replace("\n", "\r\n") + "\r\n" for name, text in FILES.items()}
    without = dict.fromkeys(FILES)
    one = read_tables(write(tmp_path / "a"), skip_bad=False)
    other = read_tables(write(tmp_path / "b", **{**without, **plain}), skip_bad=False)
    assert vars(one) == vars(other)
