"""The policy that the settings choose."""

from datetime import timedelta

from gateway.config.settings import Settings
from resolvers.policy.policy import Policy


def policy_of(settings: Settings) -> Policy:
    """The settings in the terms of the graph."""
    policy, auth = settings.policy, settings.auth
    return Policy(
        instructors_may_enroll=policy.instructors_may_enroll == "any",
        learners_may_enroll=policy.learners_may_enroll == "any",
        learners_backdate=timedelta(days=policy.learners_backdate_days),
        # The leeway counts at both ends of a token's life.
        keep_revocations=timedelta(days=auth.longest_days) + 2 * auth.leeway,
    )
