"""The file of learners: each row is a `createLearner`."""

from collections.abc import Sequence
from uuid import UUID

from gateway.datasets.bad_rows import quoted
from gateway.datasets.csv_files.cells import Cells, column_of
from gateway.datasets.csv_files.record_file import RecordFile
from gateway.datasets.csv_stream import Columns
from resolvers.writes.faults import Refusal
from resolvers.writes.learners import CreateLearner, draft_profile
from stores.domain.profiles import Profile


class LearnerFile(RecordFile[CreateLearner, Profile]):
    """Learners by `learnerId`; each is there once."""

    kind = "learners"
    columns = Columns(
        required=("learnerId", "displayName", "locale", "timeZone"),
        optional=("email", "avatarUrl", "goals", "skills", "preferences", "attributes"),
        prefixes=("attributes.",),
    )

    def parse(self, cells: Cells) -> CreateLearner:
        return CreateLearner(
            learner_id=cells.required("learnerId"),
            display_name=cells.required("displayName"),
            email=cells.text("email"),
            locale=cells.required("locale"),
            time_zone=cells.required("timeZone"),
            avatar_url=cells.text("avatarUrl"),
            goals=cells.words("goals"),
            skills=cells.words("skills"),
            preferences=cells.document("preferences"),
            attributes=cells.attributes(),
        )

    async def find(self, rows: Sequence[CreateLearner]) -> None:
        pass  # a learner refers to nothing

    def make(self, row: CreateLearner) -> Profile:
        draft = draft_profile(row, now=self.now, new_id=_no_id)
        if isinstance(draft, Refusal):
            raise ValueError("; ".join(f"{column_of(fault.path[0])} {fault.message}" for fault in draft.faults))
        return draft

    def keep(self, record: Profile) -> None:
        if record.learner_id in self.references.learners:
            raise ValueError(f"learner {quoted(record.learner_id)} is there twice")
        self.references.learners.add(record.learner_id)


def _no_id() -> UUID:
    raise ValueError("learnerId is empty")
