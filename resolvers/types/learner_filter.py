"""LearnerFilter: which learners `Query.learners` lists."""

import strawberry

from resolvers.errors import bad_input
from resolvers.types.connection import MOST
from resolvers.types.node import key_of
from resolvers.value_rules import MAX_TEXT_LENGTH, problem_with_text
from stores.domain.profiles import ProfileFilter


@strawberry.input(description="A filter on learners. All given parts must hold.")
class LearnerFilter:
    """The GraphQL input of a filter; `where` is its checked form."""

    ids: list[strawberry.ID] | None = strawberry.field(
        default=None, description=f"Only these learners (global ids, at most {MOST})."
    )
    learner_ids: list[str] | None = strawberry.field(
        default=None, description=f"Only these learners (learnerId, at most {MOST})."
    )
    name_starts_with: str | None = strawberry.field(
        default=None,
        description="Only learners for whom each word of this text is the beginning of a word of the display name. "
        "Accents, case and Unicode form are ignored. A word is a run of letters or of digits.",
    )
    email: str | None = strawberry.field(
        default=None, description="Only the learner with this e-mail address. Case is ignored."
    )

    def where(self) -> ProfileFilter:
        """The filter of the store. BAD_USER_INPUT for ids that are not those of learners, for too many of them, and for
        a name that is too long."""
        for values in (self.ids, self.learner_ids):
            if values is not None and len(values) > MOST:
                raise bad_input(f"at most {MOST} ids")
        if problem := problem_with_text(self.name_starts_with or "", MAX_TEXT_LENGTH):
            raise bad_input(f"nameStartsWith {problem}")
        given = None if self.ids is None else tuple(key_of("Learner", value) for value in self.ids)
        named = None if self.learner_ids is None else tuple(self.learner_ids)
        ids = named if given is None else given if named is None else tuple(set(given) & set(named))
        return ProfileFilter(ids=ids, name_starts_with=self.name_starts_with, email=self.email)
