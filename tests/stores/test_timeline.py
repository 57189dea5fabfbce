"""The contract of the timeline, on every backend."""

import asyncio
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from stores.domain.activity import ActivityCount
from stores.domain.calendar import ALL_TIME, QUARTER, Span
from stores.domain.event_codec import FIELDS
from stores.domain.event_columns import ALWAYS_READ, NIL, partial_event
from stores.domain.events import Event, Verb
from stores.domain.paging import TIMELINE, Page
from stores.errors import Rejected
from stores.ports.timeline import Timeline
from tests.stores.cursors import refused_by
from tests.stores.samples import NOON, event

EVER = Span(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
MS = timedelta(milliseconds=1)
AWKWARD = [
    "o'brien",
    'say "so"',
    "back\\slash",
    "trailing\\",
    "new\nline\r\n",
    "a,b=c d",
    " ",
    "%41%",
    "$p0 $p1",
    "/^(u|v).*$/",
    "Zoë ✿ Łuczak",
    "Zoe\u0308",
    "' OR 1 = 1; DROP MEASUREMENT event; --",
    "http://example.org/a?b=c&d=é#f",
    "mailto:a+b@example.org",
]
FULL = event(
    1,
    registration=UUID(int=7),
    verb=Verb.ANSWERED,
    verb_iri="http://adlnet.gov/expapi/verbs/answered",
    at=NOON + 123 * MS,
    item_key="block-v1:Org+Course+Run+type@problem+block@1",
    score=0.1 + 0.2,
    success=False,
    progress=1.0,
    duration_ms=2**40,
    position=12.5,
    session_id="s-1",
    voids=UUID(int=9),
    extensions={"a.b": [1, 1.0, True, None, -(2**63)], 'q"\\\n': {"$set": "é✿"}, "e": 5e-324},
)


async def pages_of(
    timeline: Timeline, learner_id: str = "u1", *, first: int = 100, **where: Any
) -> Sequence[Page[Event]]:
    wanted: dict[str, Any] = {"span": None, "verbs": None, "courses": None, "after": None}
    found: list[Page[Event]] = []
    while True:
        answer = await timeline.by_learners([learner_id, "nobody"], **(wanted | where), first=first)
        if learner_id not in answer:
            return found
        found.append(answer[learner_id])
        assert len(answer) == 1
        assert len(found[-1].rows) == len(found[-1].cursors) <= first
        if not found[-1].has_next:
            return found
        assert len(found[-1].rows) == first
        where["after"] = found[-1].cursors[-1]


async def events_of(timeline: Timeline, learner_id: str = "u1", **where: Any) -> list[Event]:
    return [row for page in await pages_of(timeline, learner_id, **where) for row in page.rows]


async def numbers_of(timeline: Timeline, learner_id: str = "u1", **where: Any) -> list[int]:
    return [row.id.int for row in await events_of(timeline, learner_id, **where)]


async def counts(
    timeline: Timeline, learner_id: str = "u1", *, span: Span = EVER, courses: Sequence[str] | None = None
) -> list[tuple[datetime, int, int]]:
    """The learner's activity by quarters: start, events, ms."""
    answer = await timeline.learner_counts([learner_id, "nobody"], span=span, grain=QUARTER, courses=courses)
    assert set(answer) <= {learner_id}
    return [(count.start, count.events, count.active_ms) for count in answer.get(learner_id, ())]


async def test_answers_a_ping(timeline: Timeline) -> None:
    await timeline.ping()


async def test_events_are_returned_exactly(timeline: Timeline) -> None:
    plain = event(2, at=NOON)
    await timeline.append([FULL, plain])
    assert await events_of(timeline) == [FULL, plain]
    [found, _] = await events_of(timeline)
    assert found.at.tzinfo is UTC
    assert (type(found.progress), type(found.success)) == (float, bool)
    assert repr(found.extensions) == repr(FULL.extensions)


@pytest.mark.parametrize("number", [5e-324, 1e300, -1.7976931348623157e308, 1 / 3, -0.1, 123456789012345678.0, 0.0])
async def test_numbers_are_returned_exactly(timeline: Timeline, number: float) -> None:
    await timeline.append([event(1, position=number, extensions={"n": number, "whole": 2**63 - 1})])
    [found] = await events_of(timeline)
    assert repr((found.position, found.extensions)) == repr((number, {"n": number, "whole": 2**63 - 1}))


async def test_the_first_and_the_last_millisecond_of_everything(timeline: Timeline) -> None:
    old, new = (
        event(1, at=datetime(2000, 1, 1, tzinfo=UTC)),
        event(2, at=datetime(2099, 12, 31, 23, 59, 59, tzinfo=UTC)),
    )
    await timeline.append([new, old])
    assert await numbers_of(timeline) == [2, 1]
    assert await counts(timeline) == [(old.at, 1, 0), (datetime(2099, 12, 31, 23, 45, tzinfo=UTC), 1, 0)]


async def test_pages_are_newest_first_without_gap_or_repeat(timeline: Timeline) -> None:
    events = [event(number, at=NOON + (number // 3) * MS) for number in range(1, 24)]
    await timeline.append(random.Random(1).sample(events, len(events)))
    whole = await events_of(timeline)
    assert sorted(whole, key=lambda each: each.at, reverse=True) == whole
    assert {each.id for each in whole} == {each.id for each in events}
    for first in (1, 2, 7, 22, 23):
        assert await events_of(timeline, first=first) == whole
    assert [len(page.rows) for page in await pages_of(timeline, first=10)] == [10, 10, 3]


async def test_a_cursor_works_after_appends_and_voids(timeline: Timeline) -> None:
    events = [event(number, at=NOON + number * MS) for number in range(6)]
    await timeline.append(events[:5])
    [page] = await pages_of(timeline, first=5)
    await timeline.append([events[5]])
    await timeline.void([events[3]])
    assert await numbers_of(timeline, after=page.cursors[1]) == [2, 1, 0]
    assert await numbers_of(timeline, after=page.cursors[4]) == []


async def test_one_cursor_serves_all_learners_of_a_request(timeline: Timeline) -> None:
    await timeline.append([event(number, learner_id=f"u{number % 2}", at=NOON + number * MS) for number in range(8)])
    pages = await timeline.by_learners(["u0", "u1"], span=None, verbs=None, courses=None, after=None, first=2)
    assert [each.id.int for each in pages["u1"].rows] == [7, 5]
    rest = await timeline.by_learners(
        ["u0", "u1"], span=None, verbs=None, courses=None, after=pages["u1"].cursors[1], first=9
    )
    assert {key: [each.id.int for each in page.rows] for key, page in rest.items()} == {"u0": [4, 2, 0], "u1": [3, 1]}


async def test_many_learners_at_once(timeline: Timeline) -> None:
    learners = [f"u{number}" for number in range(100)]
    await timeline.append([event(n, learner_id=learners[n % 100], at=NOON + n * MS) for n in range(300)])
    pages = await timeline.by_learners([*learners, "u5", "x"], span=None, verbs=None, courses=None, after=None, first=2)
    assert set(pages) == set(learners)
    assert [row.id.int for row in pages["u7"].rows] == [207, 107]
    assert all(page.has_next for page in pages.values())
    assert dict(await timeline.by_learners([], span=None, verbs=None, courses=None, after=None, first=2)) == {}


async def test_restrictions(timeline: Timeline) -> None:
    verbs = [Verb.PLAYED, Verb.PAUSED, Verb.VOIDED]
    await timeline.append(
        [event(n, verb=verbs[n % 3], course_key=f"c{n % 2}", at=NOON + n * QUARTER) for n in range(12)]
    )
    span = Span(NOON + 2 * QUARTER, NOON + 8 * QUARTER)
    assert await numbers_of(timeline, span=span) == [7, 6, 5, 4, 3, 2]
    assert await numbers_of(timeline, span=Span(span.start, span.start)) == []
    assert await numbers_of(timeline, verbs={Verb.VOIDED}) == [11, 8, 5, 2]
    assert await numbers_of(timeline, verbs=[Verb.PLAYED, Verb.PAUSED], courses={"c1"}) == [9, 7, 3, 1]
    assert await numbers_of(timeline, verbs=[Verb.PLAYED], courses={"c1", "c0", "c7"}, span=span, first=1) == [6, 3]
    assert await numbers_of(timeline, verbs=()) == []
    assert await numbers_of(timeline, courses=()) == []
    assert await numbers_of(timeline, courses=["c7"]) == []
    assert len(await numbers_of(timeline, span=ALL_TIME)) == 12


NO_SLOTS = [TIMELINE.encode(0, slot, "c1") for slot in (-1, 1_000_000)]


@pytest.mark.parametrize("cursor", [*refused_by(TIMELINE), *NO_SLOTS])
async def test_a_malformed_cursor_is_rejected(timeline: Timeline, cursor: str) -> None:
    await timeline.append([event(1)])
    with pytest.raises(Rejected):
        await timeline.by_learners(["u1"], span=None, verbs=None, courses=None, after=cursor, first=1)


@pytest.mark.parametrize("text", AWKWARD)
async def test_no_text_is_interpreted(timeline: Timeline, text: str) -> None:
    odd = event(
        1, learner_id=text, course_key=text, item_key=text, session_id=text, verb_iri=text, extensions={text: text}
    )
    plain = [event(2, learner_id=text + text, course_key="c1"), event(3, learner_id="u1", course_key=text)]
    await timeline.append([odd, *plain])
    assert await events_of(timeline, text) == [odd]
    assert await events_of(timeline, text, courses=[text, "x"]) == [odd]
    assert await events_of(timeline, text, courses=["c1"]) == []
    busy = [ActivityCount(start=NOON, events=1, active_ms=0)]
    found = await timeline.learner_counts([text], span=EVER, grain=QUARTER, courses=[text])
    assert {key: list(rows) for key, rows in found.items()} == {text: busy}
    await timeline.void([odd])
    assert await events_of(timeline, text) == []
    assert await counts(timeline, text, courses=[text]) == []


@pytest.mark.parametrize(
    "fields",
    [
        {"extensions": {"n": float("nan")}},
        {"extensions": {"n": 2**63}},
        {"duration_ms": 2**40 + 1},
        {"position": float("inf")},
        {"score": float("nan")},
        {"item_key": "\ud800"},
        {"extensions": {"a": ["\0"]}},
        {"item_key": "\u4e00" * 801},
        {"slot": None},
    ],
)
async def test_an_event_that_cannot_be_stored_is_rejected_with_its_batch(
    timeline: Timeline, fields: dict[str, Any]
) -> None:
    with pytest.raises(Rejected):
        await timeline.append([event(1), event(2, **fields)])
    with pytest.raises(Rejected):
        await timeline.void([event(1), event(2, **fields)])
    await timeline.append([event(3)])
    assert await numbers_of(timeline) == [3]
    assert await counts(timeline) == [(NOON, 1, 0)]


async def test_impossible_keys_do_not_affect_others(timeline: Timeline) -> None:
    await timeline.append([event(1)])
    span, nul = Span(NOON, NOON + QUARTER), "a\0b"
    for courses in (None, ["c1", nul]):
        pages = await timeline.by_learners(["u1", nul], span=None, verbs=None, courses=courses, after=None, first=1)
        assert pages.keys() == {"u1"}
        counted = await timeline.learner_counts([nul, "u1"], span=span, grain=QUARTER, courses=courses)
        assert counted.keys() == {"u1"}


@pytest.mark.parametrize("verb", [Verb.PASSED, Verb.RATED])
async def test_a_verb_is_found_below_thousands_of_events_with_others(timeline: Timeline, verb: Verb) -> None:
    """Also where most of its events are voided, or the learner has none."""
    rare = [event(n, verb=Verb.PASSED, at=NOON + n // 2 * MS, slot=n) for n in range(6)]
    await timeline.append([*rare, *(event(n, at=NOON + n * MS) for n in range(6, 2_500))])
    await timeline.append([event(9_000, learner_id="u2", verb=verb)])
    await timeline.void(rare[2:4])
    expected = [5, 4, 1, 0] if verb is Verb.PASSED else []
    for first in (1, 3, 4, 5):
        assert await numbers_of(timeline, verbs=[verb], first=first) == expected
    pages = await timeline.by_learners(["u1", "u2"], span=None, verbs=[verb], courses=None, after=None, first=2)
    assert {key: [row.id.int for row in page.rows] for key, page in pages.items()} == (
        {"u1": [5, 4], "u2": [9_000]} if expected else {"u2": [9_000]}
    )
    assert len(await numbers_of(timeline, verbs=[Verb.PLAYED, verb], first=100)) == 2_494 + len(expected)


async def test_only_the_attributes_that_are_asked_for_are_read(timeline: Timeline) -> None:
    """The others have a neutral value; rows, order and cursors are the same."""
    await timeline.append([FULL, event(2, at=NOON), event(3, at=NOON + MS, extensions={"a": 1})])
    await timeline.void([event(2, at=NOON)])
    whole = await pages_of(timeline)
    optional = set(FIELDS) - ALWAYS_READ
    for columns in (set[str](), {"at"}, {"score", "extensions"}, *({name} for name in optional), optional):
        asked = {**dict.fromkeys(FIELDS.keys() & columns), **dict.fromkeys(ALWAYS_READ)}
        [page] = await pages_of(timeline, columns=columns)
        assert page.cursors == whole[0].cursors
        for verbs in (None, set(Verb)):
            assert await events_of(timeline, columns=columns, verbs=verbs) == [
                partial_event(**{name: getattr(row, name) for name in asked}) for row in whole[0].rows
            ]
    neutral = partial_event(learner_id="u1", course_key="c1", at=NOON, slot=1, verb=Verb.PLAYED)
    assert (neutral.id, neutral.registration, neutral.verb_iri, neutral.score, neutral.extensions) == (
        *(NIL, NIL, "", None),
        {},
    )


async def test_append_and_void_are_idempotent(timeline: Timeline) -> None:
    events = [event(number, at=NOON + number * MS, duration_ms=number) for number in range(1, 5)]
    await timeline.append([])
    await timeline.void([])
    await timeline.append(events[:3])
    await timeline.append([*events[1:], *reversed(events)])
    await timeline.append(events[:1])
    assert await numbers_of(timeline) == [4, 3, 2, 1]
    assert await counts(timeline) == [(NOON, 4, 10)]
    for _ in range(2):
        await timeline.void([events[1], events[1]])
        assert await numbers_of(timeline) == [4, 3, 1]
        assert await counts(timeline) == [(NOON, 3, 8)]


@pytest.mark.parametrize("order", ["before its event", "after its event", "without its event", "at the same time"])
async def test_a_void_commutes_with_its_event(timeline: Timeline, order: str) -> None:
    kept, gone = event(1, duration_ms=5), event(2, duration_ms=7)
    if order == "before its event":
        await timeline.void([gone])
    if order == "at the same time":
        await asyncio.gather(timeline.append([gone]), timeline.void([gone]))
    elif order != "without its event":
        await timeline.append([gone])
    if order == "after its event" or order == "without its event":
        await timeline.void([gone])
    await timeline.append([kept])
    assert await numbers_of(timeline) == [1]
    assert await counts(timeline) == [(NOON, 1, 5)]
    await timeline.append([gone, kept])  # a repetition after a crash
    assert await numbers_of(timeline) == [1]
    assert await counts(timeline) == [(NOON, 1, 5)]


async def test_the_slot_orders_the_events_of_a_millisecond(timeline: Timeline) -> None:
    slots = [999_999, 0, 500_000, 1]
    await timeline.append([event(number, slot=slot) for number, slot in enumerate(slots)])
    assert await numbers_of(timeline) == [0, 2, 3, 1]
    assert await numbers_of(timeline, first=1) == [0, 2, 3, 1]
    assert [row.slot for row in await events_of(timeline)] == [999_999, 500_000, 1, 0]


@pytest.mark.parametrize("first", [1, 2, 3, 100])
async def test_courses_that_share_a_place_are_ordered_by_key(timeline: Timeline, first: int) -> None:
    """The order is that of code points, and does not depend on what a course needs to be quoted."""
    courses = ["c", "a", "é", "Z", "z", "c c", "%", "\U0001f600", "\uffee"]
    shared = [
        event(number, course_key=key, registration=UUID(int=number), slot=5) for number, key in enumerate(courses)
    ]
    await timeline.append([*shared, event(100, at=NOON + MS), event(101, at=NOON - MS)])
    expected = [100, *sorted(range(len(courses)), key=lambda number: courses[number], reverse=True), 101]
    assert await numbers_of(timeline, first=first) == expected
    await timeline.void([shared[3], shared[0]])
    expected = [number for number in expected if number not in (3, 0)]
    assert await numbers_of(timeline, first=first) == expected
    assert await numbers_of(timeline, first=first, courses=["é", "a"]) == [2, 1]


async def test_more_courses_in_one_place_than_a_page(timeline: Timeline) -> None:
    shared = [event(n, course_key=f"c{n:03}", registration=UUID(int=n), slot=1) for n in range(120)]
    await timeline.append(shared)
    for first in (1, 7, 50):
        assert await numbers_of(timeline, first=first) == list(reversed(range(120)))


async def test_thousands_of_events_in_one_millisecond_are_stored_once(timeline: Timeline) -> None:
    events = [event(number, duration_ms=1) for number in range(2_000)]
    shuffled = random.Random(2).sample(events, len(events))
    for start in range(0, 2_000, 500):
        await timeline.append(shuffled[start : start + 500])
    assert await numbers_of(timeline, first=700) == list(reversed(range(2_000)))
    await timeline.append([*shuffled[::3], *shuffled[700:900]])
    assert await numbers_of(timeline, first=700) == list(reversed(range(2_000)))
    assert await counts(timeline) == [(NOON, 2_000, 2_000)]


async def test_thousands_of_voided_events_hide_no_live_one(timeline: Timeline) -> None:
    """The live ones are below, between and above them."""
    live = {0, 2_500, 2_501, 5_002}
    events = [event(number, at=NOON + number * MS, duration_ms=1) for number in range(5_003)]
    await timeline.append(events)
    await timeline.append([event(9_000, learner_id="u2")])
    await timeline.void([each for each in events if each.id.int not in live])
    for first in (1, 3, 10):
        assert await numbers_of(timeline, first=first) == sorted(live, reverse=True)
    pages = await timeline.by_learners(["u1", "u2"], span=None, verbs=None, courses=None, after=None, first=2)
    assert {key: [row.id.int for row in page.rows] for key, page in pages.items()} == {
        "u1": [5_002, 2_501],
        "u2": [9_000],
    }
    assert (pages["u1"].has_next, pages["u2"].has_next) == (True, False)
    assert sum(events for _, events, _ in await counts(timeline)) == 4


async def test_voided_events_are_left_out_of_every_restriction(timeline: Timeline) -> None:
    verbs = [Verb.PLAYED, Verb.PAUSED]
    events = [event(n, verb=verbs[n % 2], course_key=f"c{n % 3}", at=NOON + n * QUARTER) for n in range(12)]
    await timeline.append(events)
    await timeline.void(events[:9:2])
    span = Span(NOON + 2 * QUARTER, NOON + 11 * QUARTER)
    assert await numbers_of(timeline, verbs=[Verb.PLAYED]) == [10]
    assert await numbers_of(timeline, span=span, first=2) == [10, 9, 7, 5, 3]
    assert await numbers_of(timeline, courses=["c1"]) == [10, 7, 1]
    assert await counts(timeline, span=span, courses=["c1"]) == [(NOON + n * QUARTER, 1, 0) for n in (7, 10)]


async def test_concurrent_appends(timeline: Timeline) -> None:
    events = [event(n, learner_id=f"u{n % 5}", course_key=f"c{n % 2}", duration_ms=n) for n in range(60)]
    await asyncio.gather(*(timeline.append(events[start : start + 10]) for start in range(0, 60, 5)))
    assert sorted(await numbers_of(timeline, "u3")) == list(range(3, 60, 5))
    assert await counts(timeline, "u3") == [(NOON, 12, sum(range(3, 60, 5)))]
