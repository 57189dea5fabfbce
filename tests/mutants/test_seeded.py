"""Every fault can still be seeded. `python -m tests mutants` checks that the tests find it."""

import pytest

from tests.mutants.run import TOP, NotSeeded, seeded
from tests.mutants.seeded import MUTANTS, Mutant


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.fault)
def test_the_text_that_a_fault_replaces_occurs_once(mutant: Mutant) -> None:
    source = (TOP / mutant.module).read_text(encoding="utf-8")
    compile(seeded(source, mutant), mutant.module, "exec")


def test_a_fault_whose_text_is_gone_is_reported() -> None:
    mutant = Mutant("a fault", "module.py", "old", "new")
    assert seeded("an old text", mutant) == "an new text"
    for source in ("no text", "old and old"):
        with pytest.raises(NotSeeded, match="a fault"):
            seeded(source, mutant)
