"""The basis of a certificate."""

from dataclasses import replace

import pytest

from stores.domain.catalog import MoveOn
from stores.domain.certificates import CertificateBasis, certificate_basis
from tests.stores.samples import course, item

PARTICIPATION, ASSESSMENT = CertificateBasis.PARTICIPATION, CertificateBasis.ASSESSMENT


@pytest.mark.parametrize(
    ("move_on", "self_reported", "basis"),
    [
        (MoveOn.PASSED, False, ASSESSMENT),
        (MoveOn.PASSED, True, PARTICIPATION),
        (MoveOn.COMPLETED_AND_PASSED, False, ASSESSMENT),
        (MoveOn.COMPLETED_OR_PASSED, False, PARTICIPATION),
        (MoveOn.COMPLETED, False, PARTICIPATION),
        (MoveOn.NOT_APPLICABLE, False, PARTICIPATION),
    ],
)
def test_a_grade_that_learners_cannot_state_makes_an_assessment(
    move_on: MoveOn, self_reported: bool, basis: CertificateBasis
) -> None:
    made = course("c")
    read = replace(item("read"), move_on=MoveOn.COMPLETED)
    judged = replace(item("judged"), move_on=move_on, self_reported=self_reported)
    modules = (replace(made.modules[0], items=(read, judged)),)
    assert certificate_basis(replace(made, modules=modules)) is basis
