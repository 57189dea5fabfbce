"""quadrangle import and quadrangle replay."""

from pathlib import Path

from tests.e2e.command import quadrangle
from tests.gateway.cli.environment import MEMORY
from tests.gateway.datasets.small_oulad import RESULTS, with_line, write


def test_an_import_reports_every_row(tmp_path: Path) -> None:
    ended = quadrangle("import", "oulad", write(tmp_path), **MEMORY)
    assert ended.returncode == 0, ended.stderr
    lines = [line.split() for line in ended.stdout.splitlines()]
    assert ["enrolments", "4"] in lines
    assert ["progress", "enrollments", "4", "4", "0", "0"] in lines
    assert ["profiles", "profiles", "3", "3", "0", "0"] in lines


def test_a_malformed_row_is_one_line_or_skipped_and_counted(tmp_path: Path) -> None:
    folder = write(tmp_path, **with_line(RESULTS, 2, "1752,11391,soon,0,78"))
    refused = quadrangle("import", "oulad", folder, **MEMORY)
    assert (refused.returncode, refused.stdout) == (1, "")
    *_, row, count = refused.stderr.splitlines()
    assert row.startswith(f"quadrangle: {RESULTS} row 2: date_submitted")
    assert count.startswith("quadrangle: 1 bad row")
    skipped = quadrangle("import", "oulad", folder, "--skip-bad", **MEMORY)
    assert skipped.returncode == 0, skipped.stderr
    assert [*f"skipped rows of {RESULTS}".split(), "1"] in [line.split() for line in skipped.stdout.splitlines()]


def test_a_replay_reports_its_result_in_one_line(tmp_path: Path) -> None:
    ended = quadrangle("replay", "oulad", write(tmp_path), "--speed", "1000d", **MEMORY)
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.startswith("replayed all 15 events up to 23 Sep 2014 in 0:00:")
    unknown = quadrangle("replay", "oulad", tmp_path, "--course", "CCC/2014J", **MEMORY)
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert unknown.stderr.endswith("quadrangle: there is no run CCC/2014J; there are AAA/2013J, BBB/2014B\n")
