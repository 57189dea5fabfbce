"""The contract of profiles, on every backend."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from stores.domain.paging import LEARNERS
from stores.domain.profiles import Consent, Profile, ProfileFilter
from stores.errors import Rejected
from stores.ports.profiles import Profiles
from tests.stores.cursors import refused_by
from tests.stores.samples import NOON, profile

EVERYONE = ProfileFilter()
FULL = Profile(
    learner_id="u1",
    display_name="Zoë ✿ Łuczak",
    email="Zoe@Example.org",
    locale="pl-PL",
    time_zone="Australia/Lord_Howe",
    avatar_url="https://example.org/z.png",
    goals=("read", "write"),
    skills=("python",),
    preferences={"theme": "dark", "a.b": {"$set": [1, 1.0, True, None]}},
    attributes={"cohort": {"year": 2026}},
    consents=(Consent(purpose="research", granted=True, at=NOON - timedelta(milliseconds=1)),),
    version=7,
    created_at=NOON + timedelta(milliseconds=123),
    updated_at=NOON + timedelta(days=1, milliseconds=999),
)


async def learner_ids(profiles: Profiles, where: ProfileFilter = EVERYONE, *, first: int = 100) -> list[str]:
    """The ids of all matching learners, read page by page."""
    found: list[str] = []
    after = None
    while True:
        page = await profiles.page(where, after=after, first=first)
        assert len(page.rows) == len(page.cursors) <= first
        found += [row.learner_id for row in page.rows]
        assert len(found) == len(set(found))
        if not page.has_next:
            return found
        assert len(page.rows) == first
        after = page.cursors[-1]


async def test_answers_a_ping(readable: Profiles) -> None:
    await readable.ping()


async def test_returns_all_fields_and_no_unknown_ids(profiles: Profiles) -> None:
    plain = profile("u2")
    assert await profiles.add([FULL, plain]) == 2
    found = await profiles.by_ids(["nobody", "u2", "u1", "u1"])
    assert dict(found) == {"u1": FULL, "u2": plain}
    assert found["u1"].created_at.tzinfo is UTC
    assert dict(await profiles.by_ids([])) == {}


async def test_reads_many_at_once_and_no_unknown_ids(readable: Profiles) -> None:
    people = {number: profile(f"u{number}", display_name=f"Name {number}") for number in range(250)}
    assert await readable.add(list(people.values())) == 250
    asked = ["nobody", "", "u7", "u7", *(f"u{number}" for number in range(0, 500, 2))]
    found = await readable.by_ids(asked)
    assert dict(found) == {f"u{number}": people[number] for number in (*range(0, 250, 2), 7)}
    assert dict(await readable.by_ids([])) == {}


async def test_adds_new_profiles_and_leaves_existing_ones(profiles: Profiles) -> None:
    first = profile("u1", display_name="first")
    assert await profiles.add([first, profile("u1", display_name="twin")]) == 1
    assert await profiles.add([profile("u1", display_name="late"), profile("u2")]) == 1
    assert await profiles.add([first]) == 0
    assert await profiles.add([]) == 0
    assert (await profiles.by_ids(["u1"]))["u1"] == first


async def test_adds_any_number_at_once(profiles: Profiles) -> None:
    many = [profile(f"u{number:04}") for number in range(1_500)]
    assert await profiles.add(many[:700]) == 700
    assert await profiles.add(many) == 800
    assert len(await profiles.by_ids([each.learner_id for each in many[:250]])) == 250


async def test_concurrent_adds_count_each_new_profile_once(profiles: Profiles) -> None:
    people = [profile(f"u{number}") for number in range(40)]
    counts = await asyncio.gather(*(profiles.add(people[start : start + 20]) for start in range(0, 21, 4)))
    assert sum(counts) == 40
    assert len(await learner_ids(profiles)) == 40


@pytest.mark.parametrize(
    "document",
    [
        {"a.b": 1, ".": 2, "a.": 3, ".a": 4, "a..b": 5},
        {"$set": {"$inc": 1}, "$": 2, "a$": 3, "$$": 4},
        {"$ref": "x", "$id": "y", "$db": "z"},
        {"nested": {"$ref": "x", "$id": 1}, "$oid": "0" * 24, "$date": 0},
        {"%24": 1, "%": 2, "%2E": 3, "%25": 4, "%zz": 5},
        {"": {"": ""}, "\0": "\0", "_id": 1, "__proto__": 2},
        {"ключ": "значение", "鍵": "値", "🎓": "🎓", "e\u0301": "\u00e9"},
        {"least": -(2**63), "most": 2**63 - 1, "small": -1, "beyond a double": 2**53 + 1},
        {"float": 0.1, "whole": 1.0, "int": 1, "negative zero": -0.0, "tiny": 5e-324, "huge": 1.7e308},
        {"true": True, "false": False, "null": None, "text": "1", "list": [], "object": {}},
        {"lists": [[], [[1, [2.0, [{"$a": [None]}]]]]]},
        {"z": 1, "a": 2, "m": {"z": 1, "a": 2}},
    ],
    ids=lambda document: next(iter(document)),
)
async def test_open_documents_are_returned_exactly(profiles: Profiles, document: dict[str, Any]) -> None:
    await profiles.add([profile("u1", preferences=document, attributes={"inner": document})])
    found = (await profiles.by_ids(["u1"]))["u1"]
    # As text: 1, 1.0 and True are equal, and so are objects in another order.
    assert repr(found.preferences) == repr(document)
    assert repr(found.attributes) == repr({"inner": document})


def deep(levels: int) -> dict[str, Any]:
    return {"a": deep(levels - 1)} if levels > 1 else {}


async def test_documents_may_have_64_levels(profiles: Profiles) -> None:
    await profiles.add([profile("u1", attributes=deep(64))])
    assert (await profiles.by_ids(["u1"]))["u1"].attributes == deep(64)


@pytest.mark.parametrize(
    "document",
    [
        {"int": 2**63},
        {"int": [-(2**63) - 1]},
        {"float": float("nan")},
        {"float": {"inner": float("inf")}},
        {"text": "\ud800"},
        {"\udfff": 1},
        {1: "a key that is no text"},
        {"when": datetime(2026, 1, 1, tzinfo=UTC)},
        {"bytes": b""},
        {"tuple": ()},
        deep(65),
    ],
    ids=lambda document: str(next(iter(document.items())))[:30].encode("ascii", "replace").decode(),
)
async def test_a_document_that_cannot_be_stored_exactly_is_rejected(profiles: Profiles, document: Any) -> None:
    for fields in ({"preferences": document}, {"attributes": document}):
        with pytest.raises(Rejected):
            await profiles.add([profile("fine"), profile("bad", **fields)])
    assert dict(await profiles.by_ids(["fine", "bad"])) == {}


ORDERED = ["!", "B", "a", "a-", "a0", "a00", "aa", "é", "\ud7ff", "\ue000", "\uffa1", "𐀀", "🎓"]


@pytest.mark.parametrize("first", [1, 2, 5, 12, 13, 100])
async def test_pages_by_code_point_without_gap_or_repeat(readable: Profiles, first: int) -> None:
    await readable.add([profile(learner_id) for learner_id in reversed(ORDERED)])
    assert await learner_ids(readable, first=first) == ORDERED


async def test_a_cursor_works_without_its_row(readable: Profiles) -> None:
    await readable.add([profile("a"), profile("c")])
    page = await readable.page(EVERYONE, after=LEARNERS.encode("b"), first=1)
    assert [row.learner_id for row in page.rows] == ["c"]
    assert not page.has_next


async def test_an_empty_store_has_an_empty_page(readable: Profiles) -> None:
    page = await readable.page(EVERYONE, after=None, first=10)
    assert (page.rows, page.cursors, page.has_next) == ((), (), False)


@pytest.mark.parametrize("after", refused_by(LEARNERS))
async def test_a_malformed_cursor_is_rejected(readable: Profiles, after: str) -> None:
    with pytest.raises(Rejected):
        await readable.page(EVERYONE, after=after, first=1)


NAMES = {
    "1": "E\u0301lodie Straße",
    "2": "ÉLODIE STRASSE 2",
    "3": "\u0130pek O'Brien",
    "4": "ΣΊΣΥΦΟΣ Σίσυφος",
    "5": "홍길동",
    "6": "राम",
    "7": "\ufb01n \u01c5a",
    "8": "oulad-28400",
    "9": "(.*) \U0010ffff",
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [*NAMES]),
        ("(.*)", [*NAMES]),
        ("élodie", ["1", "2"]),
        ("elo", ["1", "2"]),
        ("strass ELODIE", ["1", "2"]),
        ("straß", ["1", "2"]),
        ("2", ["2", "8"]),
        ("elodie2", ["2"]),
        ("ipek", ["3"]),
        ("BRIEN i", ["3"]),
        ("rien", []),
        ("σίσυφος", ["4"]),
        ("ΣΙΣΥΦΟΣ", ["4"]),
        ("호", ["5"]),
        ("홍길", ["5"]),
        ("र", ["6"]),
        ("fin", ["7"]),
        ("ǆ", ["7"]),
        ("dz", ["7"]),
        ("28400", ["8"]),
        ("oulad-284", ["8"]),
        ("oulad-284000", []),
        ("elodie ipek", []),
    ],
)
async def test_finds_by_the_beginning_of_any_word_of_a_name(profiles: Profiles, text: str, expected: list[str]) -> None:
    await profiles.add([profile(key, display_name=name) for key, name in NAMES.items()])
    assert await learner_ids(profiles, ProfileFilter(name_starts_with=text), first=2) == expected


async def test_finds_by_email_whatever_its_case(profiles: Profiles) -> None:
    emails = ["Ann@Example.org", "ann@example.ORG", "ann@example.org.uk", None]
    await profiles.add([profile(str(place), email=email) for place, email in enumerate(emails)])
    assert await learner_ids(profiles, ProfileFilter(email="ANN@example.org"), first=1) == ["0", "1"]
    assert await learner_ids(profiles, ProfileFilter(email="")) == []


async def test_finds_by_ids_however_many(readable: Profiles) -> None:
    await readable.add([profile(f"{number:03}") for number in range(300)])
    some = tuple(f"{number:03}" for number in range(450, -1, -2))
    expected = [f"{number:03}" for number in range(0, 300, 2)]
    assert await learner_ids(readable, ProfileFilter(ids=some), first=40) == expected
    assert await learner_ids(readable, ProfileFilter(ids=("007", "007"))) == ["007"]
    assert await learner_ids(readable, ProfileFilter(ids=())) == []


async def test_all_parts_of_a_filter_hold(profiles: Profiles) -> None:
    await profiles.add(
        [
            profile("1", display_name="Ann", email="a@x.org"),
            profile("2", display_name="Ann", email="b@x.org"),
            profile("3", display_name="Bob", email="a@x.org"),
            profile("4", display_name="Anna", email="A@x.org"),
            profile("5", display_name="Annie", email="a@x.org"),
        ]
    )
    where = ProfileFilter(name_starts_with="ann", email="a@X.org", ids=("1", "2", "3", "4"))
    assert await learner_ids(profiles, where, first=1) == ["1", "4"]


async def test_replaces_the_previous_version_only(profiles: Profiles) -> None:
    await profiles.add([FULL])
    bare = profile("u1", version=8)
    assert await profiles.replace(bare)
    assert await profiles.by_ids(["u1"]) == {"u1": bare}
    for version in (7, 8, 10):
        assert not await profiles.replace(profile("u1", display_name="late", version=version))
    assert not await profiles.replace(profile("u2", version=2))
    assert await profiles.by_ids(["u1", "u2"]) == {"u1": bare}


async def test_a_replaced_profile_is_found_by_its_new_values(profiles: Profiles) -> None:
    await profiles.add([profile("u1", display_name="Ann", email="a@x.org")])
    await profiles.replace(profile("u1", display_name="Zoe", email=None, version=2))
    assert await learner_ids(profiles, ProfileFilter(name_starts_with="zo")) == ["u1"]
    assert await learner_ids(profiles, ProfileFilter(name_starts_with="an")) == []
    assert await learner_ids(profiles, ProfileFilter(email="a@x.org")) == []


async def test_one_of_many_concurrent_replacements_succeeds(profiles: Profiles) -> None:
    await profiles.add([profile("u1")])
    tries = [profile("u1", display_name=f"by {number}", version=2) for number in range(8)]
    done = await asyncio.gather(*map(profiles.replace, tries))
    assert sum(done) == 1
    assert (await profiles.by_ids(["u1"]))["u1"] == tries[done.index(True)]


async def test_a_replacement_that_cannot_be_stored_exactly_is_rejected(profiles: Profiles) -> None:
    await profiles.add([profile("u1")])
    with pytest.raises(Rejected):
        await profiles.replace(profile("u1", attributes={"x": float("nan")}, version=2))
    assert (await profiles.by_ids(["u1"]))["u1"].version == 1
