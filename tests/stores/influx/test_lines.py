"""An event as a line, and tags, which must not change as long as there is data."""

import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stores.domain.events import Event, Verb
from stores.errors import Rejected
from stores.influx.event_reader import event_reader
from stores.influx.influxql import Conditions, select
from stores.influx.lines import MAX_LINE, key_of, lines_of, tag_of, text
from tests.stores.samples import NOON, REGISTRATION, event

NOON_MS = 1_774_699_200_000
FULL = event(
    1,
    item_key="i",
    score=1,
    success=False,
    progress=1e-7,
    duration_ms=5,
    position=1e300,
    session_id="",
    voids=UUID(int=2),
    extensions={"a": 1.0},
)


def line_of(one: Event, *, voided: bool = False) -> str:
    [line] = lines_of([one], voided=voided)
    return line.decode()


def test_a_line_has_the_fields_of_the_event_and_its_place() -> None:
    assert line_of(event(7, learner_id="oulad-28400", course_key="course-v1:OU+AAA+2013J", slot=999_999)) == (
        "interaction,learner=oulad-28400,course=course-v1:OU+AAA+2013J"
        f' id="00000000-0000-0000-0000-000000000007",registration="{REGISTRATION}",verb="PLAYED",'
        f'verb_iri="https://w3id.org/xapi/video/verbs/played" {NOON_MS}999999'
    )
    assert line_of(FULL).endswith(
        ',item_key="i",score=1.0,success=false,progress=1e-07,duration_ms=5i,position=1e+300,session_id="",'
        f'voids="00000000-0000-0000-0000-000000000002",extensions="{{\\"a\\":1.0}}" {NOON_MS}000001'
    )


def test_a_tombstone_is_the_whole_line_with_voided_and_its_duration() -> None:
    line, place = line_of(FULL).rsplit(" ", 1)
    assert line_of(FULL, voided=True) == f"{line},voided=true,voided_ms=5i {place}"
    assert ",voided=true,voided_ms=0i " in line_of(event(1), voided=True)


@pytest.mark.parametrize(
    ("words", "written"),
    [
        ('say "so"', r'"say \"so\""'),
        ("back\\slash\\", r'"back\\slash\\"'),
        ("a,b=c d\n", '"a,b=c d\n"'),
        ('\\"', r'"\\\""'),
        ("", '""'),
    ],
)
def test_texts_are_escaped(words: str, written: str) -> None:
    assert text(words) == written


@pytest.mark.parametrize(
    ("key", "tag"),
    [
        ("oulad-28400", "oulad-28400"),
        ("course-v1:Org+Course+Run", "course-v1:Org+Course+Run"),
        ("https://example.org/a?b", "https://example.org/a%3Fb"),
        ("a,b=c d\\\n", "a%2Cb%3Dc%20d%5C%0A"),
        ("100%", "100%25"),
        ("Zoë", "Zo%C3%AB"),
        ("", "%"),
    ],
)
def test_tags_stay_as_they_are(key: str, tag: str) -> None:
    assert tag_of(key) == tag


@settings(max_examples=300, derandomize=True, deadline=None)
@given(some.text(some.characters(exclude_categories=["Cs"])))
def test_a_tag_needs_no_escapes_and_tells_its_key(key: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_.~:+@/%-]+", tag_of(key))
    assert key_of(tag_of(key)) == key


def test_a_row_becomes_the_event_again() -> None:
    """The server writes 1.0 as 1."""
    time = NOON_MS * 1_000_000 + 123_456
    row = [time, "c%20c", None, "PASSED", str(UUID(int=1)), str(REGISTRATION), "iri", "i"]
    found = event_reader(None).event_of("u1", [*row, 1, True, 0, 5, 7, "s", None, '{"a":1}'])
    assert found == Event(
        id=UUID(int=1),
        registration=REGISTRATION,
        learner_id="u1",
        course_key="c c",
        verb=Verb.PASSED,
        verb_iri="iri",
        at=NOON,
        item_key="i",
        score=1.0,
        success=True,
        progress=0.0,
        duration_ms=5,
        position=7.0,
        session_id="s",
        extensions={"a": 1},
    )
    assert isinstance(found.score, float)
    assert found.slot == 123_456


@pytest.mark.parametrize(
    "odd",
    [
        event(1, learner_id="é" * 10_000),
        event(1, verb_iri="i" * MAX_LINE),
        event(1, extensions={"a": "x" * MAX_LINE}),
        event(1, at=datetime(2262, 4, 12, tzinfo=UTC)),
        event(1, at=datetime(1677, 9, 20, tzinfo=UTC)),
        event(1, item_key="\0"),
        event(1, slot=None),
    ],
    ids=["learner", "verb", "extensions", "late", "early", "NUL", "no slot"],
)
def test_what_influxdb_cannot_keep_is_rejected(odd: Event) -> None:
    for voided in (False, True):
        with pytest.raises(Rejected):
            lines_of([event(2), odd], voided=voided)


def test_values_are_bound_and_never_written() -> None:
    bound = Conditions()
    evil = "x' OR 1=1; DROP MEASUREMENT interaction --"
    where = [bound.either("learner", [evil, "u", evil]), bound.neither("verb", ["u", evil])]
    assert [
        select("id", of="interaction", where=where, then="LIMIT 1"),
        select("id", of="interaction", where=[bound.either("verb", ["v"])]),
    ] == [
        "SELECT id FROM interaction WHERE (learner = $p0 OR learner = $p1 OR learner = $p0)"
        " AND verb != $p1 AND verb != $p0 LIMIT 1",
        "SELECT id FROM interaction WHERE (verb = $p2)",
    ]
    assert bound.values == {"p0": evil, "p1": "u", "p2": "v"}
