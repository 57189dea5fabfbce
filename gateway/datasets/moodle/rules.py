"""Which events of Moodle are which verbs, and whose they are. A mapping file may override each rule."""

from collections.abc import Mapping
from dataclasses import dataclass

from stores.domain.events import Verb


@dataclass(frozen=True, slots=True)
class EventRule:
    """The verb of an event; None to skip it. `related`: the learner is the `relateduserid` where the row has one, as
    where a teacher acts on a learner; else the `userid`."""

    verb: Verb | None
    related: bool = False


COMPLETION = "\\core\\event\\course_module_completion_updated"
"""Its rule's verb is that of a completed module; `other` says whether it is completed, passed or failed."""
DEFAULT_RULES: Mapping[str, EventRule] = {
    "\\core\\event\\user_enrolment_created": EventRule(Verb.REGISTERED, related=True),
    "\\core\\event\\user_enrolment_deleted": EventRule(Verb.UNREGISTERED, related=True),
    COMPLETION: EventRule(Verb.COMPLETED, related=True),
    "\\mod_quiz\\event\\attempt_started": EventRule(Verb.INITIALIZED, related=True),
    "\\mod_quiz\\event\\attempt_submitted": EventRule(Verb.ATTEMPTED, related=True),
    "\\mod_quiz\\event\\attempt_abandoned": EventRule(Verb.ABANDONED, related=True),
    "\\mod_assign\\event\\assessable_submitted": EventRule(Verb.ATTEMPTED),
    "\\mod_workshop\\event\\submission_created": EventRule(Verb.ATTEMPTED),
    "\\mod_lesson\\event\\lesson_started": EventRule(Verb.INITIALIZED),
    "\\mod_lesson\\event\\lesson_ended": EventRule(Verb.TERMINATED),
    "\\mod_lesson\\event\\question_answered": EventRule(Verb.INTERACTED),
    "\\mod_scorm\\event\\sco_launched": EventRule(Verb.LAUNCHED),
    "\\mod_h5pactivity\\event\\statement_received": EventRule(Verb.INTERACTED),
    "\\mod_choice\\event\\answer_created": EventRule(Verb.ANSWERED, related=True),
    "\\mod_feedback\\event\\response_submitted": EventRule(Verb.ANSWERED, related=True),
    "\\mod_survey\\event\\response_submitted": EventRule(Verb.ANSWERED),
    "\\mod_forum\\event\\discussion_created": EventRule(Verb.POSTED),
    "\\mod_forum\\event\\post_created": EventRule(Verb.POSTED),
    "\\mod_chat\\event\\message_sent": EventRule(Verb.POSTED, related=True),
    "\\mod_data\\event\\record_created": EventRule(Verb.POSTED),
    "\\mod_glossary\\event\\entry_created": EventRule(Verb.POSTED),
    "\\mod_wiki\\event\\page_created": EventRule(Verb.POSTED),
    "\\mod_data\\event\\comment_created": EventRule(Verb.COMMENTED),
    "\\mod_glossary\\event\\comment_created": EventRule(Verb.COMMENTED),
    "\\mod_wiki\\event\\comment_created": EventRule(Verb.COMMENTED),
}
"""By event name. An event that is not here and whose name ends in `_viewed` is VIEWED by its `userid`."""
VIEWED = EventRule(Verb.VIEWED)


def rule_of(event_name: str, overrides: Mapping[str, EventRule]) -> EventRule | None:
    """The rule of an event; None if there is none."""
    found = overrides.get(event_name) or DEFAULT_RULES.get(event_name)
    return VIEWED if found is None and event_name.endswith("_viewed") else found
