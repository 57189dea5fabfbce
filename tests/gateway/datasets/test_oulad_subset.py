"""A subset of OULAD: one run, or the first students."""

from pathlib import Path

import pytest

from gateway.datasets.bad_rows import BadSource
from gateway.datasets.oulad.dataset import oulad_dataset
from gateway.datasets.oulad.subset import find_run, subset
from gateway.datasets.oulad.tables import read_tables
from tests.gateway.datasets.small_oulad import write

AAA = "course-v1:OU+AAA+2013J"


def test_a_part_is_one_run_or_the_first_students(tmp_path: Path) -> None:
    tables = read_tables(write(tmp_path), skip_bad=False)
    assert find_run(tables, AAA) == find_run(tables, "AAA/2013J")
    with pytest.raises(BadSource, match=r"no run CCC/2014J; there are AAA/2013J, BBB/2014B"):
        find_run(tables, "CCC/2014J")
    one = oulad_dataset(subset(tables, run=None, learners=1))
    assert {row.learner_id for row in one.enrollments} == {event.learner_id for event in one.events} == {"oulad-11391"}
    assert len(list(one.enrollments)) == 2
