"""The policy that the settings choose."""

from datetime import timedelta

from gateway.config.groups.policy import PolicySettings
from resolvers.policy.policy import Policy


def policy_of(settings: PolicySettings) -> Policy:
    """The settings in the terms of the graph."""
    return Policy(
        instructors_may_enroll=settings.instructors_may_enroll == "any",
        learners_may_enroll=settings.learners_may_enroll == "any",
        learners_backdate=timedelta(days=settings.learners_backdate_days),
    )
