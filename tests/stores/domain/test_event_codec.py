"""The codec has every field of an event: an event comes back as it was from every store that uses it."""

from dataclasses import fields, replace

from stores.domain.event_codec import BODY_FIELDS, FIELDS, OWNER_FIELDS, body_to_json, event_from_json
from stores.domain.events import Event, Verb
from tests.stores.learning import FULL, done

OWNER = {name: getattr(FULL, name) for name in OWNER_FIELDS}


def test_the_codec_has_every_field_of_an_event() -> None:
    names = {field.name for field in fields(Event)}
    assert FIELDS.keys() == names
    assert {*OWNER_FIELDS, *BODY_FIELDS} == names


def test_the_sample_has_a_value_for_every_field() -> None:
    """So that no field that a codec leaves out comes back right by its default."""
    bare = replace(done(2, Verb.OTHER, of=3), learner_id="", course_key="")
    assert [name for name in FIELDS if getattr(FULL, name) == getattr(bare, name)] == []


def test_events_come_back_as_they_were() -> None:
    for event in (FULL, done(1, Verb.VIEWED)):
        owner = {name: getattr(event, name) for name in OWNER_FIELDS}
        found = event_from_json(body_to_json(event), **owner)
        assert found == event
        assert found.slot == event.slot, "equality ignores the slot"


def test_values_of_an_older_version_have_defaults_for_newer_fields() -> None:
    required = BODY_FIELDS.index("at") + 1
    event = event_from_json(body_to_json(FULL)[:required], **OWNER)
    assert (event.id, event.at, event.extensions) == (FULL.id, FULL.at, {})
