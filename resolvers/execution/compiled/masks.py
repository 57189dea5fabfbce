"""Permissions as masks: for which rows of a level the viewer may see a field, decided for all rows at once."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

from resolvers.data.student_paths import STUDENTS
from resolvers.execution.compiled.run import Run
from resolvers.execution.compiled.values import Column, Deliver, attempt
from resolvers.policy.rules import About, Rule
from resolvers.policy.table import Otherwise
from resolvers.types.guard import refused

Mask: TypeAlias = list[bool | Exception] | None
"""For each row whether the viewer may, or why that could not be decided. None: the viewer may for all rows."""
Then = Callable[[Mask], None]


def decide(run: Run, rule: Rule, subjects: Callable[[], Sequence[About]], then: Then) -> None:
    """Decide a rule for all subjects, and call `then` with the mask: at once, unless the rule depends on what learners
    are enrolled in. `subjects` is called only if the rule depends on them."""
    policy = run.context.peer.policy
    constant = rule.decide_alone(run.viewer, policy)
    if constant is True:
        then(None)
        return
    found = subjects()
    if constant is False:
        then([False] * len(found))
        return
    if run.loaders.served_stale:
        found = [subject.if_withdrawn for subject in found]
    decided = {subject: rule.decide(run.viewer, subject, policy) for subject in dict.fromkeys(found)}
    unknown = [subject.learner_id for subject, may in decided.items() if may is None and subject.learner_id is not None]

    def known(students: Mapping[str, Any], failures: Mapping[str, Exception]) -> None:
        def may(subject: About) -> bool | Exception:
            decision = decided[subject]
            if decision is not None or subject.learner_id is None:
                return decision is True
            return failures.get(subject.learner_id) or students.get(subject.learner_id) is not None

        mask = [may(subject) for subject in found]
        then(None if all(each is True for each in mask) else mask)

    if unknown:
        run.loaders.request(STUDENTS, unknown, rule.counts_withdrawn, run.expect(known))
    else:
        known({}, {})


def read_open(
    run: Run,
    otherwise: Otherwise,
    mask: Mask,
    rows: Column,
    read: Callable[[Column, Deliver], None],
    deliver: Deliver,
) -> None:
    """Read the rows that the mask leaves open, and deliver their values together with what stands for the others."""
    if mask is None:
        read(rows, deliver)
        return
    refusal = attempt(refused, run.viewer, otherwise)
    open_rows = [row for row, may in zip(rows, mask, strict=True) if may is True]

    def merged(values: Column) -> None:
        found = iter(values)
        deliver([next(found) if may is True else may or refusal for may in mask])

    if open_rows:
        read(open_rows, merged)
    else:
        merged([])
