"""Profiles that are read from a collection of another application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from bson import decode, encode
from bson.binary import Binary
from bson.code import Code
from bson.datetime_ms import DatetimeMS
from bson.decimal128 import Decimal128
from bson.min_key import MinKey
from bson.objectid import ObjectId
from bson.regex import Regex
from hypothesis import given
from hypothesis import strategies as some

from stores.domain.profile_mapping import FieldSource, KeyType, ProfileMapping
from stores.domain.profiles import Profile, ProfileFilter, check_profile
from stores.errors import NotSupported, ReadOnly, Rejected
from stores.mongo.client import Database
from stores.mongo.mapped_documents import key_of, profile_of
from stores.mongo.mapped_profiles import LENIENT, MappedProfiles, projection_of
from stores.mongo.mapping_check import faults_of_mapping
from tests.backends import Servers, fresh_mongo
from tests.stores.mongo.members import BY_NUMBER, MEMBERS, mapping
from tests.stores.samples import NOON, profile

WHOLE = {
    "_id": "m1",
    "number": 1,
    "name": {"full": "Zoë Łuczak"},
    "emails": [{"address": "Zoe@Example.org"}, {"address": "second@example.org"}],
    "lang": "pl_PL",
    "settings": {"zone": "Europe/Warsaw", "theme": "dark"},
    "picture": "https://example.org/z.png",
    "goals": ["read"],
    "more": {
        "cohort": 2026,
        "since": NOON,
        "advisor": ObjectId("0123456789abcdef01234567"),
        "fee": Decimal128("1.50"),
        "blob": Binary(b"x"),
        "ratio": float("nan"),
        "list": [1, 1.5, True, None, {"deep": "x"}],
    },
    "joined": NOON,
    "passwordHash": "secret",
}
EXPECTED = Profile(
    learner_id="m1",
    display_name="Zoë Łuczak",
    email="Zoe@Example.org",
    locale="pl-PL",
    time_zone="Europe/Warsaw",
    avatar_url="https://example.org/z.png",
    goals=("read",),
    preferences={"zone": "Europe/Warsaw", "theme": "dark"},
    attributes={
        "cohort": 2026,
        "since": "2026-03-28T12:00:00+00:00",
        "advisor": "0123456789abcdef01234567",
        "fee": "1.50",
        "blob": None,
        "ratio": None,
        "list": [1, 1.5, True, None, {"deep": "x"}],
    },
    created_at=NOON,
    updated_at=NOON,
)


@asynccontextmanager
async def members(servers: Servers, *documents: Any) -> AsyncIterator[Database]:
    async with fresh_mongo(servers) as database:
        if documents:
            await database[MEMBERS].insert_many(documents)
        yield database


async def ids_of(profiles: MappedProfiles, first: int = 100, **where: Any) -> list[str]:
    """The ids of all matching learners, read page by page."""
    found: list[str] = []
    after = None
    while True:
        page = await profiles.page(ProfileFilter(**where), after=after, first=first)
        found += [row.learner_id for row in page.rows]
        if not page.has_next:
            return found
        after = page.cursors[-1]


async def test_reads_the_mapped_fields(servers: Servers) -> None:
    async with members(servers, WHOLE) as database:
        found = await MappedProfiles(database, mapping()).by_ids(["m1"])
    assert repr(found["m1"]) == repr(EXPECTED)  # as text: 1 and True are equal


async def test_constants_and_the_number_of_writes(servers: Servers) -> None:
    fields = {"locale": FieldSource(value="de-AT"), "version": FieldSource("rev"), "updated_at": FieldSource("rev at")}
    document = {**WHOLE, "rev": 7, "rev at": "2026-04-01T12:00:00.123456+02:00"}
    async with members(servers, document) as database:
        found = (await MappedProfiles(database, mapping(fields=fields)).by_ids(["m1"]))["m1"]
    assert (found.locale, found.version) == ("de-AT", 7)
    assert found.updated_at == datetime(2026, 4, 1, 10, 0, 0, 123_000, tzinfo=UTC)


async def test_a_name_may_be_joined_from_several_texts(servers: Servers) -> None:
    names: tuple[dict[str, Any], ...] = (
        {"first": " Ada ", "last": "King  Noel"},
        {"last": "Ben"},
        {"first": 7, "last": " "},
        {},
    )
    how = mapping(fields={"display_name": FieldSource(joined=("name.first", "name.last"))})
    async with members(servers, *({"_id": str(place), "name": name} for place, name in enumerate(names))) as database:
        found = await MappedProfiles(database, how).by_ids(["0", "1", "2", "3"])
        assert [found[key].display_name for key in sorted(found)] == ["Ada King Noel", "Ben", "2", "3"]
        missing = "displayName (name.first, name.last) is missing in 2 of 4 documents"
        assert await faults_of_mapping(database, how) == [missing]


@pytest.mark.parametrize(
    "bad",
    [
        {},
        {"name": "flat", "emails": [], "lang": 7, "settings": [], "goals": "read", "more": 1, "joined": 5},
        {"name": {"full": " "}, "emails": {}, "lang": "not a tag", "settings": {"zone": "Mars/Base"}},
        {"name": {"full": None}, "lang": "", "picture": "javascript:alert(1)", "goals": [1]},
        {"name": [{"full": "x"}], "joined": "yesterday"},
    ],
)
async def test_a_document_that_does_not_fit_is_served_with_what_fits(servers: Servers, bad: dict[str, Any]) -> None:
    async with members(servers, {"_id": "m1", **bad}, WHOLE | {"_id": "m2"}) as database:
        found = await MappedProfiles(database, mapping()).by_ids(["m1", "m2"])
    assert found["m2"].display_name == "Zoë Łuczak"
    unknown = datetime(1970, 1, 1, tzinfo=UTC)
    settings = bad.get("settings")
    assert found["m1"] == Profile(
        learner_id="m1",
        display_name="m1",
        locale="en",
        time_zone="Asia/Tokyo",
        preferences=settings if isinstance(settings, dict) else {},
        created_at=unknown,
        updated_at=unknown,
    )


def test_a_date_or_a_text_that_python_cannot_read_does_not_spoil_the_batch() -> None:
    """MongoDB keeps dates beyond the year 9999, and some drivers write invalid UTF-8."""
    written = encode({"_id": "m1", "name": {"full": "Ann???"}, "joined": DatetimeMS(10**15)}).replace(
        b"???", b"\xff\xfe\xfd"
    )
    found, bad = profile_of(decode(written, LENIENT), mapping())
    assert found is not None
    assert found.display_name.startswith("Ann")
    assert [fault.field for fault in bad] == ["created_at"]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"lang": Code("en")}, "locale"),
        ({"goals": [Code("read")]}, "goals"),
        ({"revision": 2**31}, "version"),
        ({"_id": Code("m1")}, "learner_id"),
        ({"_id": ""}, "learner_id"),
    ],
)
def test_values_that_the_schema_or_a_cache_cannot_take_do_not_fit(wrong: dict[str, Any], field: str) -> None:
    """MongoDB keeps JavaScript code as a text that cannot be hashed. A version may be a time in milliseconds."""
    document = decode(encode({**WHOLE, "revision": 2**31 - 1} | wrong), LENIENT)
    found, bad = profile_of(document, mapping(fields={"version": FieldSource("revision")}))
    assert [fault.field for fault in bad] == [field]
    assert (found is None) is (field == "learner_id")


values = some.recursive(
    some.sampled_from(
        [None, True, -1, 2**62, 2.5, float("inf"), "", "en", "Europe/Berlin", "https://x.org/a.png", NOON]
    )
    | some.sampled_from(
        [ObjectId(b"\1" * 12), Decimal128("NaN"), Binary(b"\0"), DatetimeMS(10**15), Regex("x"), Code("x"), MinKey()]
    )
    | some.text(max_size=3)
    | some.datetimes(),
    lambda inner: (
        some.lists(inner, max_size=2)
        | some.dictionaries(some.sampled_from(["full", "zone", "0", "address", "$x", ""]), inner, max_size=3)
    ),
    max_leaves=5,
)
ROOTS = ["_id", "name", "emails", "lang", "settings", "picture", "goals", "more", "joined"]


@given(document=some.dictionaries(some.sampled_from(ROOTS), values), key_type=some.sampled_from(KeyType))
def test_any_document_is_read_without_an_error(document: dict[str, Any], key_type: KeyType) -> None:
    found, bad = profile_of(document, mapping(key_type=key_type))
    if found is None:
        assert [fault.field for fault in bad] == ["learner_id"]
    else:
        check_profile(found)
        orjson.dumps([found.preferences, found.attributes, found.goals])
        assert key_of(found.learner_id, key_type) == document["_id"]
        assert found.display_name.strip() or found.learner_id == found.display_name


async def test_keys_may_be_object_ids(servers: Servers) -> None:
    keys = [ObjectId(f"{number:024x}") for number in (1, 10, 2**90)]
    async with members(servers, *({"_id": key} for key in keys), {"_id": "text"}, {"_id": 5}) as database:
        profiles = MappedProfiles(database, mapping(key_type=KeyType.OBJECT_ID))
        texts = [str(key) for key in keys]
        assert await ids_of(profiles, first=1) == texts
        assert await ids_of(profiles, ids=(texts[2], "text", "5", texts[1].upper(), texts[0])) == [texts[0], texts[2]]
        found = await profiles.by_ids([texts[1], "text", "z" * 24, texts[1].upper()])
        assert list(found) == [texts[1]]
        assert found[texts[1]].created_at == keys[1].generation_time


async def test_keys_may_be_integers_in_a_field_of_any_name(servers: Servers) -> None:
    numbers: list[Any] = [10, 9.0, -3, 2**40, 2.5, "11", True, None, 10]
    documents = [{"number": number, "name": {"full": f"n{place}"}} for place, number in enumerate(numbers)]
    async with members(servers, *documents) as database:
        profiles = MappedProfiles(database, mapping(**BY_NUMBER))
        for first in (1, 2, 100):
            assert await ids_of(profiles, first=first) == ["-3", "9", "10", str(2**40)]
        assert await ids_of(profiles, ids=("10", "9", "11", "2.5", "010", "-0", str(2**63))) == ["9", "10"]
        found = await profiles.by_ids(["9", "+9", "9.0", " 9", "٩", "10"])
        assert found.keys() == {"9", "10"}
        assert found["9"].display_name == "n1"
        with pytest.raises(Rejected):
            await profiles.page(ProfileFilter(), after="WyJsZWFybmVycyIsImIiXQ", first=1)


async def test_writing_is_refused_with_a_code(servers: Servers) -> None:
    async with members(servers, WHOLE) as database:
        profiles = MappedProfiles(database, mapping())
        for write in (profiles.add([profile("m2")]), profiles.replace(profile("m1", version=2))):
            with pytest.raises(ReadOnly) as caught:
                await write
            assert caught.value.code == "READ_ONLY"
        assert await database[MEMBERS].count_documents({}) == 1


BY_EMAIL = {"email": FieldSource("mail")}


async def test_finds_by_an_email_that_is_indexed(servers: Servers) -> None:
    mails = {"a": "ann@x.org", "b": "Ann@x.org", "c": "ann@x.org", "d": None}
    async with members(servers, *({"_id": key, "mail": mail} for key, mail in mails.items())) as database:
        profiles = MappedProfiles(database, mapping(fields=BY_EMAIL))
        with pytest.raises(NotSupported) as caught:
            await profiles.page(ProfileFilter(email="ann@x.org"), after=None, first=1)
        assert (caught.value.code, "ann@x.org" in str(caught.value)) == ("NOT_SUPPORTED_HERE", False)
        await database[MEMBERS].create_index("mail")
        assert await ids_of(profiles, email="ann@x.org", first=1) == ["a", "c"]
        assert await ids_of(profiles, email="Ann@x.org", ids=("b", "c")) == ["b", "c"]


@pytest.mark.parametrize(
    ("fields", "index", "options"),
    [
        ({}, "emails.0.address", {"partialFilterExpression": {"lang": "en"}}),
        ({"email": FieldSource(value="all@x.org")}, "mail", {}),
        (BY_EMAIL, [("lang", 1), ("mail", 1)], {}),
    ],
    ids=["partial index", "constant", "second in the index"],
)
async def test_an_email_that_is_not_indexed_is_not_searched(
    servers: Servers, fields: dict[str, FieldSource], index: Any, options: dict[str, Any]
) -> None:
    async with members(servers, WHOLE) as database:
        await database[MEMBERS].create_index(index, **options)
        with pytest.raises(NotSupported):
            await ids_of(MappedProfiles(database, mapping(fields=fields)), email="x")


async def test_finds_by_the_beginning_of_a_field_that_is_named_for_it(servers: Servers) -> None:
    names = {"a": "ann (marie) smith", "b": ["bob", "ann-kathrin"], "c": "joann"}
    async with members(servers, *({"_id": key, "search": name} for key, name in names.items())) as database:
        with pytest.raises(NotSupported):
            await ids_of(MappedProfiles(database, mapping()), name_starts_with="ann")
        profiles = MappedProfiles(database, mapping(name_search="search"))
        with pytest.raises(NotSupported):
            await ids_of(profiles, name_starts_with="ann")
        await database[MEMBERS].create_index("search")
        assert await ids_of(profiles, name_starts_with="ANN", first=1) == ["a", "b"]
        assert await ids_of(profiles, name_starts_with=" Ann  (M") == ["a"]
        assert await ids_of(profiles, name_starts_with="ann-") == ["b"]
        assert await ids_of(profiles, name_starts_with=".") == []
        assert await ids_of(profiles, name_starts_with=" ") == ["a", "b", "c"]


async def test_the_key_may_be_the_email_and_the_searched_name(servers: Servers) -> None:
    async with members(servers, {"_id": "ann@x.org"}, {"_id": "bob@x.org"}) as database:
        profiles = MappedProfiles(database, mapping(fields={"email": FieldSource("_id")}, name_search="_id"))
        assert await ids_of(profiles, email="ann@x.org") == ["ann@x.org"]
        assert await ids_of(profiles, name_starts_with="bob") == ["bob@x.org"]
        assert await ids_of(profiles, name_starts_with="bob", email="ann@x.org") == []


async def test_unmapped_fields_are_not_read(servers: Servers) -> None:
    async with members(servers, WHOLE) as database:
        [document] = await MappedProfiles(database, mapping()).sample(10)
    assert "passwordHash" not in document


@pytest.mark.parametrize(
    ("paths", "expected"),
    [
        ({"_id", "name.first", "name.last"}, {"_id", "name.first", "name.last"}),
        ({"uid", "settings", "settings.zone"}, {"uid", "settings"}),
        ({"_id", "emails.0.address"}, {"_id", "emails"}),
        ({"_id", "ab", "a.b"}, {"_id", "ab", "a.b"}),
    ],
)
def test_a_projection_has_no_positions_and_no_path_within_another(paths: set[str], expected: set[str]) -> None:
    assert projection_of(paths).keys() == expected


async def faults(servers: Servers, how: ProfileMapping, *documents: Any) -> list[str]:
    async with members(servers, *documents) as database:
        return list(await faults_of_mapping(database, how))


async def test_a_mapping_that_fits_has_no_faults(servers: Servers) -> None:
    assert await faults(servers, mapping(), WHOLE, {"_id": "m2", "name": {"full": "Ann"}}) == []


async def test_the_faults_of_ten_documents_are_counted(servers: Servers) -> None:
    bad = [{"_id": f"m{number}", "name": {"full": "hunter2"}, "settings": {"zone": "hunter2"}} for number in range(7)]
    other = [{"_id": f"x{number}", "picture": "hunter2"} for number in range(9)]
    assert await faults(servers, mapping(**BY_NUMBER), {**WHOLE, "number": "7"}) == [
        "learnerId (number) is not a key of the type int in 1 of 1 documents",
        "key (number) has no index: each query would read the whole collection",
    ]
    assert await faults(servers, mapping(name_search="name.key"), *bad, *other) == [
        "timeZone (settings.zone) is not an IANA time zone in 7 of 10 documents",
        "displayName (name.full) is missing in 3 of 10 documents",
        "avatarUrl (picture) is not an https URL in 3 of 10 documents",
        "nameSearch (name.key) has no index: each query would read the whole collection",
    ]


async def test_an_empty_collection_is_a_fault(servers: Servers) -> None:
    assert await faults(servers, mapping()) == ["the collection members has no documents"]
