"""An event as a line, and tags and slots, which stay what they are for as long as there is data."""

import re
from datetime import UTC, datetime
from urllib.parse import unquote
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from stores.domain.events import Event, Verb
from stores.errors import Rejected
from stores.influx.influxql import Script
from stores.influx.lines import LONGEST_TAG, LONGEST_TEXT, check, event_of, line_of, slot_of, tag_of, text
from tests.stores.samples import REGISTRATION, event

TIME = 1_774_699_200_000_123_456


def test_a_line_has_what_the_event_has() -> None:
    assert line_of(event(1, learner_id="oulad-28400", course_key="course-v1:OU+AAA+2013J"), TIME) == (
        'event,learner=oulad-28400 id="00000000-0000-0000-0000-000000000001",'
        f'registration="{REGISTRATION}",verb="PLAYED",'
        f'course="course-v1:OU+AAA+2013J",verb_iri="https://w3id.org/xapi/video/verbs/played" {TIME}'
    )
    full = event(
        1,
        item_key="i",
        score=1,
        success=False,
        progress=1e-7,
        duration_ms=0,
        position=1e300,
        session_id="",
        voids=UUID(int=2),
        extensions={"a": 1.0},
    )
    assert line_of(full, TIME).endswith(
        ',item="i",score=1.0,progress=1e-07,position=1e+300,success=false,duration_ms=0i,session="",'
        f'voids="00000000-0000-0000-0000-000000000002",extensions="{{\\"a\\":1.0}}" {TIME}'
    )


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
@given(some.text())
def test_a_tag_needs_no_escapes_and_tells_its_key(key: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_.~:+@/%-]+", tag_of(key))
    assert unquote(tag_of(key), errors="strict") == key or (key, tag_of(key)) == ("", "%")


def test_slots_stay_as_they_are() -> None:
    assert slot_of(UUID(int=1).bytes, 1_000_000) == 206_402
    assert slot_of(b"oulad-28400", 900_000_000_000) == 505_510_194_973


def test_a_row_becomes_the_event_again() -> None:
    row = [
        TIME,
        str(UUID(int=1)),
        str(REGISTRATION),
        "c1",
        "PASSED",
        "iri",
        "i",
        1,
        True,
        0,
        5,
        7,
        "s",
        None,
        '{"a":1}',
    ]
    assert event_of("u1", row) == Event(
        id=UUID(int=1),
        registration=REGISTRATION,
        learner_id="u1",
        course_key="c1",
        verb=Verb.PASSED,
        verb_iri="iri",
        at=datetime(2026, 3, 28, 12, tzinfo=UTC),
        item_key="i",
        score=1.0,
        success=True,
        progress=0.0,
        duration_ms=5,
        position=7.0,
        session_id="s",
        extensions={"a": 1},
    )
    assert isinstance(event_of("u1", row).score, float)


@pytest.mark.parametrize(
    "odd",
    [
        event(1, learner_id="é" * LONGEST_TAG),
        event(1, course_key="c" * (LONGEST_TAG + 1)),
        event(1, item_key="i" * LONGEST_TEXT),
        event(1, extensions={"a": "x" * LONGEST_TEXT}),
        event(1, at=datetime(2262, 4, 12, tzinfo=UTC)),
        event(1, at=datetime(1677, 9, 20, tzinfo=UTC)),
        event(1, item_key="\0"),
    ],
    ids=["learner", "course", "item", "extensions", "late", "early", "NUL"],
)
def test_what_influxdb_cannot_keep_is_rejected(odd: Event) -> None:
    with pytest.raises(Rejected):
        check(odd)


def test_values_are_bound_and_never_written() -> None:
    script = Script()
    evil = "x' OR 1=1; DROP MEASUREMENT event --"
    script.select("id", of="event", where=[script.either("learner", [evil, "u", evil]), script.equal("verb", "u")])
    script.delete(of="event", where=[script.equal("learner", evil)])
    assert script.statements == [
        "SELECT id FROM event WHERE (learner = $p0 OR learner = $p1 OR learner = $p0) AND verb = $p1",
        "DELETE FROM event WHERE learner = $p0",
    ]
    assert script.values == {"p0": evil, "p1": "u"}
