"""The table: who may see and do what. Every decision about permissions is a row here.

The first row of a type is the rule of its objects: the paths that find them return no others. A further row is a
stricter rule of some fields; `StoreField` checks it before it reads. A viewer without the right gets FORBIDDEN, or
nothing at all where the row says so.
"""

from collections.abc import Iterator, Mapping
from enum import Enum
from typing import NamedTuple

from resolvers.policy.rules import (
    ADMIN,
    ANY_TOKEN,
    ENROLLED,
    ENROLLING,
    ONCE_ENROLLED,
    PUBLIC,
    READS_OPERATIONS,
    SELF,
    SELF_ENROLLING,
    TEACHES,
    WRITES_EVENTS,
    Rule,
    scope,
)


class Otherwise(Enum):
    """What a viewer gets who may not see a field: the error FORBIDDEN, or an empty value."""

    FORBIDDEN = "FORBIDDEN"
    EMPTY_OBJECT = "{}"
    EMPTY_TEXT = "empty text"


class Row(NamedTuple):
    """The rule of some fields of one or several types. `rule` None: of the field that the object was found by."""

    types: str
    rule: Rule | None
    fields: str
    otherwise: Otherwise = Otherwise.FORBIDDEN


HELD = None
"""A part of another object, found by its fields only."""
RECORD = SELF | TEACHES | ADMIN
"""A record of one learner in one course."""
WRITER = SELF | TEACHES | ADMIN | WRITES_EVENTS
OBJECT, TEXT = Otherwise.EMPTY_OBJECT, Otherwise.EMPTY_TEXT

ROWS = (
    # ------------------------------------------------------------ roots
    Row("Query", ANY_TOKEN, "me viewer learner course courses enrollment node nodes"),
    Row("Query", TEACHES | ADMIN, "enrollments"),
    Row("Query", ADMIN, "learners"),
    Row("Query", PUBLIC, "verifyCertificate storeHealth"),
    Row("Query", ANY_TOKEN, "_entities"),
    Row("Query", ADMIN | scope("schema:read"), "_service"),
    Row("Mutation", ADMIN, "createCourse createLearner createLearners revokeCertificate revokeTokens"),
    Row("Mutation", SELF | ADMIN, "updateLearner"),
    Row("Mutation", SELF_ENROLLING | ENROLLING | ADMIN | WRITES_EVENTS, "enroll enrollMany"),
    Row("Mutation", WRITER, "withdraw recordInteractions submitAttempt setItemProgress"),
    Row("Mutation", SELF, "heartbeat endSession"),
    Row("Subscription", RECORD, "progressUpdated resumeMoved"),
    Row("Subscription", TEACHES | ADMIN, "courseActivity presenceChanged"),
    # ------------------------------------------------------------ what is no field
    Row("Action", TEACHES | ADMIN | WRITES_EVENTS, "grade writeForOthers"),
    Row("Action", ADMIN | WRITES_EVENTS, "writeAll"),
    Row("Action", ADMIN, "trace introspect sendText"),
    Row("Action", ADMIN | scope("trace:read"), "traceFields"),
    # ------------------------------------------------------------ learners
    Row("Learner", SELF | ONCE_ENROLLED | ADMIN, "id learnerId displayName enrollment enrollments timeline activity"),
    Row("Learner", SELF | ONCE_ENROLLED | ADMIN, "streak"),
    Row("Learner", SELF | ENROLLED | ADMIN, "locale timeZone avatarUrl goals skills createdAt updatedAt version"),
    Row("Learner", SELF | ENROLLED | ADMIN, "session presence"),
    Row("Learner", SELF | ADMIN, "email"),
    Row("Learner", SELF | ADMIN, "preferences attributes", OBJECT),
    Row("Presence", HELD, "status lastSeenAt learner course"),
    # ------------------------------------------------------------ records of a learner in a course
    Row("Enrollment", RECORD, "id registration learnerId courseKey courseVersion state enrolledAt completedAt"),
    Row("Enrollment", RECORD, "learner course progress items item next attempts resume certificate"),
    Row("Enrollment", SELF | ADMIN, "attributes", OBJECT),
    Row("CourseProgress", RECORD, "id completion itemsDone itemsTotal score satisfied satisfiedAt lastActivityAt"),
    Row("CourseProgress", RECORD, "timeSpentSeconds version modules"),
    Row("ItemProgress", RECORD, "id itemKey state completion satisfied satisfiedAt completedAt passedAt attempts"),
    Row("ItemProgress", RECORD, "bestScore latestScore lastEventAt timeSpentSeconds item locked"),
    Row("Attempt", RECORD, "number eventId itemKey at score success item"),
    Row("Certificate", RECORD, "registration issuedAt revokedAt verifyCode id basis revocationReason"),
    Row("Interaction", RECORD, "id registration verb verbIri itemKey at position score success progress sessionId"),
    Row("Interaction", RECORD, "item course durationSeconds extensions"),
    Row("Session", RECORD, "registration itemKey position device startedAt lastSeenAt sessionId id course item"),
    Row("ResumePoint", RECORD, "registration itemKey position at device item enrollment"),
    Row("ProgressUpdate", RECORD, "cursor at registration progress changed coalesced version enrollment"),
    # ------------------------------------------------------------ courses
    Row("Course", ANY_TOKEN, "id key title description imageUrl enforcePrerequisites version modules item onlineNow"),
    Row("Course", TEACHES | ADMIN, "enrollments activity summary"),
    Row("Module", HELD, "id key title items"),
    Row("CourseItem", HELD, "key type title weight moveOn masteryScore completionThreshold completeOnView"),
    Row("CourseItem", HELD, "prerequisites launchUrl selfReported estimatedDurationSeconds"),
    # ------------------------------------------------------------ for everyone, and for operators
    Row("CertificateFacts", PUBLIC, "issuedAt revokedAt basis courseTitle learnerName"),
    Row("StoreHealth", PUBLIC, "store state"),
    Row("StoreHealth", ADMIN | READS_OPERATIONS, "backend", TEXT),
    Row("StoreHealth", ADMIN | READS_OPERATIONS, "latencyMs lastErrorAt backlog lagSeconds rebuilt"),
    Row("Viewer", ANY_TOKEN, "subject role scopes courseKeys courses learner"),
    # ------------------------------------------------------------ parts
    Row("AttemptConnection CourseConnection InteractionConnection ItemProgressConnection", HELD, "edges pageInfo"),
    Row("LearnerConnection", HELD, "edges pageInfo"),
    Row("EnrollmentConnection", HELD, "edges pageInfo totalCount"),
    Row("AttemptEdge CourseEdge EnrollmentEdge InteractionEdge ItemProgressEdge LearnerEdge", HELD, "cursor node"),
    Row("PageInfo", HELD, "hasNextPage hasPreviousPage startCursor endCursor"),
    Row("CourseSummary", HELD, "enrolled active completed withdrawn averageCompletion averageScore distribution"),
    Row("CourseSummary", HELD, "items completions"),
    Row("ItemSummary", HELD, "itemKey started satisfied failed averageScore stoppedHere"),
    Row("CompletionBucket", HELD, "start end completed"),
    Row("ActivityBucket", HELD, "start end events learners activeSeconds"),
    Row("ModuleProgress", HELD, "title completion itemsDone itemsTotal satisfied"),
    Row("NextItem", HELD, "item reason"),
    Row("Streak", HELD, "current longest lastActiveOn"),
    Row("CoursePayload", HELD, "errors course"),
    Row("LearnerPayload", HELD, "errors learner"),
    Row("LearnersPayload EnrollManyPayload", HELD, "errors results"),
    Row("EnrollmentPayload", HELD, "errors registration enrollment"),
    Row("RecordInteractionsPayload", HELD, "results errors enrollments"),
    Row("InteractionResult", HELD, "id status error"),
    Row("ProgressPayload", HELD, "errors enrollment item progress"),
    Row("RevokeTokensPayload", HELD, "errors revokedAt"),
    Row("SessionPayload", HELD, "errors session resume enrollment learner"),
    Row("UserError", HELD, "code message path retryAfterMs"),
    Row("_Service", HELD, "sdl"),
)


def _entries() -> Iterator[tuple[tuple[str, str], Row]]:
    for row in ROWS:
        for kind in row.types.split():
            for field in row.fields.split():
                yield (kind, field), row


TABLE: Mapping[tuple[str, str], Row] = dict(_entries())
"""By type and field."""
_FIRST = {kind: row.rule for row in reversed(ROWS) for kind in row.types.split()}
STRICTER: Mapping[tuple[str, str], tuple[Rule, Otherwise]] = {
    (kind, field): (row.rule, row.otherwise)
    for (kind, field), row in TABLE.items()
    if row.rule is not None and row.rule != _FIRST[kind]
}
"""The fields with a stricter rule than the objects that have them: the rule, and what a viewer without it gets."""


def rule_of(kind: str, field: str | None = None) -> Rule:
    """The rule of a field; without a field that of the type's objects."""
    rule = _FIRST[kind] if field is None else TABLE[kind, field].rule
    if rule is None:
        raise LookupError(f"{kind} has no rule of its own")
    return rule
