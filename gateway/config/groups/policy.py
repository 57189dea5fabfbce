"""Settings of who may do what."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from gateway.config.groups.settings_group import SettingsGroup
from resolvers.policy.policy import Policy


class PolicySettings(SettingsGroup):
    """What an operator may choose about the rules of `resolvers/policy/table.py`.

    `instructors_may_enroll`: `any` learner in the courses that they teach, whose profile they then see.
    `learners_may_enroll`: themselves in `any` course. `learners_backdate_days`: how many days back lies the earliest
    time that learners may state.
    """

    instructors_may_enroll: Literal["no", "any"] = Field(
        default="no", validation_alias="GATEWAY_INSTRUCTORS_MAY_ENROLL"
    )
    learners_may_enroll: Literal["any", "no"] = Field(default="any", validation_alias="GATEWAY_LEARNERS_MAY_ENROLL")
    learners_backdate_days: int = Field(default=30, ge=0, le=36_500, validation_alias="GATEWAY_LEARNERS_BACKDATE_DAYS")

    def of_peers(self, *, keep_revocations: timedelta) -> Policy:
        """The policy of every peer."""
        return Policy(
            instructors_may_enroll=self.instructors_may_enroll == "any",
            learners_may_enroll=self.learners_may_enroll == "any",
            learners_backdate=timedelta(days=self.learners_backdate_days),
            keep_revocations=keep_revocations,
        )
