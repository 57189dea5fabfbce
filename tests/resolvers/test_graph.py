"""What golden queries do not show: errors null their own fields, secrets stay inside, all is described."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import strawberry
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLObjectType
from graphql import build_schema as parse_schema
from graphql.utilities import find_breaking_changes
from strawberry.relay import to_base64

from resolvers.data.access_paths import LATEST
from resolvers.execution.strawberry_internals import core_schema
from resolvers.schema import build_schema, refuse_fragile
from resolvers.types.store_field import Lookup, RootStoreField, store_field
from resolvers.viewer import Viewer
from stores.domain.catalog import CourseVersion
from stores.domain.events import Event, Verb
from stores.domain.outbox import PARTITIONS, Consumer
from stores.errors import TimedOut, Unavailable
from stores.ports.stores import Stores
from tests.resolvers import world

SCHEMA = build_schema()
CONTRACT = Path(__file__).parents[1] / "contract.graphql"
"""The schema that clients rely on. schema.graphql may add to it; other changes need an entry below."""
ALLOWED_CHANGES: dict[str, str] = {}
"""The breaking changes of the contract: graphql-core's description of each, and the reason."""
PAGE = """{ learner(id: "TGVhcm5lcjpsZWFybmVyLWFkYQ==") {
  displayName
  enrollments(first: 1) { edges { node { course { title } progress { completion } } } }
  timeline(first: 1) { edges { node { verb } } }
  presence { status }
} }"""


class Down:
    """A store whose every call raises an error, perhaps with a secret in its text."""

    def __init__(self, error: Callable[[], Exception]) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        async def fail(*args: Any, **kwargs: Any) -> Any:
            raise self._error()

        return fail


async def ask(query: str, *, down: str | None = None, error: Callable[[], Exception] | None = None) -> Any:
    stores = await world.open_school()
    if down is not None:
        fault = error or (lambda: Unavailable(down, "mongodb://root:hunter2@db refused"))
        stores = replace(stores, **{down: Down(fault)})
    return await SCHEMA.execute(query, context_value=world.peer_of(stores, world.admin(), trace=False))


@pytest.mark.parametrize(
    ("down", "nulls"),
    [
        ("catalog", [["learner", "enrollments", "edges", 0, "node", "course"]]),
        ("timeline", [["learner", "timeline"]]),
        ("sessions", [["learner", "presence"]]),
        ("profiles", [["learner"]]),
        ("progress", [["learner", "enrollments"]]),
    ],
)
async def test_a_store_that_is_down_nulls_its_own_fields_only(down: str, nulls: list[Any]) -> None:
    result = await ask(PAGE, down=down)
    assert [error.path for error in result.errors] == nulls
    for error in result.errors:
        assert error.extensions == {"code": "STORE_UNAVAILABLE", "store": down}
        assert "hunter2" not in str(error.formatted)
    data = result.data["learner"] or {}
    answered = {key for key, value in data.items() if value is not None}
    whole = {"displayName", "enrollments", "timeline", "presence"}
    assert answered == (set() if down == "profiles" else whole - {path[1] for path in nulls if len(path) == 2})


async def test_a_timeout_has_its_own_code() -> None:
    result = await ask(PAGE, down="timeline", error=lambda: TimedOut("timeline", "slow"))
    assert [error.extensions["code"] for error in result.errors] == ["STORE_TIMEOUT"]


async def test_the_text_of_a_store_error_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        await ask(PAGE, down="timeline")
    assert "hunter2" not in caplog.text


async def test_an_unexpected_error_is_masked_and_logged_with_the_clients_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.ERROR):
        result = await ask(PAGE, down="timeline", error=lambda: RuntimeError("secret dsn"))
    (error,) = result.errors
    assert "secret" not in str(error.formatted)
    assert error.extensions["code"] == "INTERNAL"
    assert any(error.extensions["id"] in record.getMessage() for record in caplog.records)


async def test_store_health_never_fails_and_names_the_store_that_is_down() -> None:
    result = await ask("{ storeHealth { store state latencyMs lastErrorAt } }", down="timeline")
    assert result.errors is None
    states = {row["store"]: row["state"] for row in result.data["storeHealth"]}
    assert states == {
        "profiles": "LIVE",
        "catalog": "LIVE",
        "progress": "LIVE",
        "timeline": "DOWN",
        "sessions": "LIVE",
        "live": "LIVE",
        "outbox": "LIVE",
    }


async def test_store_health_has_the_backlog_of_the_outbox() -> None:
    stores = await world.open_school()
    event = Event(
        id=UUID(int=1),
        registration=world.registration(world.ALGEBRA, 0),
        learner_id=world.ADA,
        course_key=world.ALGEBRA,
        verb=Verb.OTHER,
        verb_iri="https://example.org/waves",
        at=world.NOW,
    )
    items = {CourseVersion(world.ALGEBRA, 1): world.course(world.ALGEBRA, "").items}
    outbox: Any = stores.outbox
    outbox.now = lambda: world.NOW - timedelta(seconds=90)
    await stores.progress.record([event], items=items)

    async def behind(stores: Stores) -> Any:
        peer = world.peer_of(stores, world.admin(), trace=False)
        result = await SCHEMA.execute("{ storeHealth { store backlog lagSeconds } }", context_value=peer)
        assert result.errors is None
        rows = {row.pop("store"): row for row in (result.data or {})["storeHealth"]}
        return {store: (row["backlog"], row["lagSeconds"]) for store, row in rows.items()}

    none = dict.fromkeys(stores.by_name(), (None, None))
    assert await behind(stores) == {**none, "timeline": (1, 90.0), "live": (1, 90.0)}
    for consumer in Consumer:
        await stores.outbox.settle(consumer, await stores.outbox.take(consumer, range(PARTITIONS), most=10))
    assert await behind(stores) == {**none, "timeline": (0, 0.0), "live": (0, 0.0)}
    down: Any = Down(lambda: Unavailable("outbox", "gone"))
    assert await behind(replace(stores, outbox=down)) == none


async def test_each_null_of_nodes_has_its_own_error() -> None:
    ids = [to_base64(*one) for one in (("Learner", "none"), ("Course", world.ALGEBRA), ("Course", "none"), ("X", "y"))]
    for viewer, missing in ((world.admin(), "NOT_FOUND"), (world.learner(world.BEN), "FORBIDDEN")):
        peer = world.peer_of(await world.open_school(), viewer, trace=False)
        query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"
        result = await SCHEMA.execute(query, variable_values={"ids": ids}, context_value=peer)
        assert result.data == {"nodes": [None, {"__typename": "Course"}, None, None]}
        found = {tuple(error.path or ()): (error.extensions or {})["code"] for error in result.errors or []}
        unknown = {("nodes", 0): missing, ("nodes", 2): missing, ("nodes", 3): "BAD_USER_INPUT"}
        assert found == unknown


@pytest.mark.parametrize(
    "zone", ["", "localtime", "posixrules", "Factory", "right/Europe/Berlin", "Mars/Olympus", "../etc/passwd"]
)
async def test_activity_takes_iana_time_zones_only(zone: str) -> None:
    given = f'window: DAY, range: {{from: "2026-01-02T00:00:00Z", to: "2026-01-03T00:00:00Z"}}, timeZone: "{zone}"'
    result = await ask(f'{{ course(key: "{world.ALGEBRA}") {{ activity({given}) {{ events }} }} }}')
    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]


async def test_an_hour_of_ninety_minutes_is_counted_from_its_start() -> None:
    """On Lord Howe the clocks go back by half an hour: the range is the last quarter of that local hour."""
    stores = await world.open_school()
    profile = (await stores.profiles.by_ids([world.ADA]))[world.ADA]
    profile = replace(profile, time_zone="Australia/Lord_Howe", version=profile.version + 1)
    await stores.profiles.replace(profile)
    journal = world.Journal()
    start = datetime(2025, 4, 5, 14, 0, tzinfo=UTC)
    journal.add(world.enrollments()[world.ALGEBRA][0], Verb.VIEWED, start, "page")
    await stores.timeline.append([replace(event, id=UUID(int=7)) for event in journal.events])
    given = 'window: HOUR, range: {from: "2025-04-05T15:15:00Z", to: "2025-04-05T15:30:00Z"}'
    query = f"{{ me {{ activity({given}) {{ start end events }} }} }}"
    result = await SCHEMA.execute(query, context_value=world.peer_of(stores, world.learner(), trace=False))
    hour = {"start": "2025-04-05T14:00:00.000Z", "end": "2025-04-05T15:30:00.000Z", "events": 1}
    assert (result.errors, result.data) == (None, {"me": {"activity": [hour]}})


async def test_an_invalid_stored_time_zone_nulls_the_activity_only() -> None:
    stores = await world.open_school()
    profile = (await stores.profiles.by_ids([world.ADA]))[world.ADA]
    await stores.profiles.replace(replace(profile, time_zone="localtime", version=profile.version + 1))
    given = 'window: DAY, range: {from: "2026-01-02T00:00:00Z", to: "2026-01-03T00:00:00Z"}'
    query = f"{{ me {{ timeZone activity({given}) {{ events }} }} }}"
    result = await SCHEMA.execute(query, context_value=world.peer_of(stores, world.learner(), trace=False))
    assert result.data == {"me": {"timeZone": "localtime", "activity": None}}
    assert [error.extensions for error in result.errors or []] == [{"code": "INVALID_TIME_ZONE"}]


@pytest.mark.parametrize(
    "field",
    [
        'learner(id: "Q291cnNlOng=") { id }',
        'learner(id: "%%%") { id }',
        'node(id: "TGVhcm5lcjo=") { id }',
        'node(id: "RW5yb2xsbWVudDp4") { id }',
        'learners(filter: {ids: ["TGVhcm5lcjo="]}) { edges { cursor } }',
        'courses(after: "AAAA") { edges { cursor } }',
        'courses(after: "\\u00e9") { edges { cursor } }',
        "courses(first: 0) { edges { cursor } }",
        'course(key: "course-v1:Quad+Algebra+2026") { activity(window: HOUR, range: {from: "2001-01-01T00:00:00Z", '
        'to: "2026-01-01T00:00:00Z"}) { events } }',
        'course(key: "course-v1:Quad+Algebra+2026") { activity(window: DAY, range: {from: "2026-01-02T00:00:00Z", '
        'to: "2026-01-03T00:00:00Z"}, timeZone: "Mars/Olympus") { events } }',
        'course(key: "course-v1:Quad+Algebra+2026") { activity(window: DAY, range: {from: "2026-01-02T00:00:00Z", '
        'to: "2026-01-03T00:00:00Z"}, timeZone: "") { events } }',
        'course(key: "course-v1:Quad+Algebra+2026") { activity(window: DAY, range: {from: "2026-01-02T00:00:00Z", '
        'to: "2026-01-03T00:00:00Z"}, timeZone: "localtime") { events } }',
        'course(key: "course-v1:Quad+Algebra+2026") { activity(window: DAY, range: {from: "2026-01-04T00:00:00Z", '
        'to: "2026-01-03T00:00:00Z"}) { events } }',
        'course(key: "course-v1:Quad+Algebra+2026") { activity(window: DAY, range: {from: "0001-01-01T00:00:00Z", '
        'to: "9999-12-31T23:59:59Z"}) { events } }',
    ],
)
async def test_bad_input_is_a_typed_error_on_its_own_field(field: str) -> None:
    result = await ask(f"{{ {field} storeHealth {{ state }} }}")
    assert [error.extensions["code"] for error in result.errors] == ["BAD_USER_INPUT"]
    assert len(result.data["storeHealth"]) == len(world.PORTS)


async def test_an_empty_range_has_no_windows() -> None:
    none = '{from: "2026-01-03T00:00:00Z", to: "2026-01-03T00:00:00Z"}'
    result = await ask(f'{{ course(key: "{world.ALGEBRA}") {{ activity(window: DAY, range: {none}) {{ events }} }} }}')
    assert (result.errors, result.data) == (None, {"course": {"activity": []}})


@pytest.mark.parametrize("moment", ["2026-01-01", "2026-01-01T00:00:00", "yesterday", "2026-13-01T00:00:00Z"])
async def test_a_date_time_is_rfc_3339_with_an_offset(moment: str) -> None:
    result = await ask(
        f'{{ me {{ activity(window: DAY, range: {{from: "{moment}", to: "2026-01-02T00:00:00Z"}}) {{ events }} }} }}'
    )
    assert result.data is None
    assert result.errors


def test_a_field_that_reads_a_store_must_be_nullable() -> None:
    async def resolve() -> int:
        return 1

    @strawberry.type
    class Query:
        fine = store_field(LATEST, key="x", returns=int, description="Nullable.")
        fragile: int = strawberry.field(
            resolver=resolve, metadata={"store_field": RootStoreField(lookup=lambda viewer: Lookup(LATEST, "x"))}
        )

    with pytest.raises(RuntimeError, match=r"Query\.fragile"):
        refuse_fragile(strawberry.Schema(query=Query))


def test_every_type_and_field_has_a_description() -> None:
    bare = []
    for name, kind in core_schema(SCHEMA).type_map.items():
        if name.startswith("__"):
            continue
        if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType):
            bare += [f"{name}.{field}" for field, its in kind.fields.items() if not its.description]
        if isinstance(kind, GraphQLObjectType | GraphQLInputObjectType | GraphQLEnumType) and not kind.description:
            bare.append(name)
    assert bare == []


def test_the_schema_keeps_the_contract() -> None:
    changes = find_breaking_changes(parse_schema(CONTRACT.read_text(encoding="utf-8")), core_schema(SCHEMA))
    assert {change.description for change in changes} == set(ALLOWED_CHANGES)


async def test_a_store_that_stalls_times_out() -> None:
    stores = await world.open_school()

    class Stalled:
        def __getattr__(self, name: str) -> Any:
            async def stall(*args: Any, **kwargs: Any) -> Any:
                await asyncio.Event().wait()

            return stall

    peer = world.peer_of(replace(stores, sessions=Stalled()), world.admin(), trace=False)
    peer = replace(peer, deadlines={**world.DEADLINES, "sessions": timedelta(milliseconds=20)})
    result = await SCHEMA.execute(PAGE, context_value=peer)
    assert [error.extensions for error in result.errors or []] == [{"code": "STORE_TIMEOUT", "store": "sessions"}]


async def test_a_cached_document_is_executed_for_its_own_viewer_and_variables() -> None:
    """The caches keep the parsed and validated document, and nothing else of an operation."""
    stores = await world.open_school()
    query = "query ($c: String!) { course(key: $c) { title enrollments(first: 1) { totalCount } } }"

    async def answer(viewer: Viewer, key: str) -> Any:
        peer = world.peer_of(stores, viewer, trace=False)
        return (await SCHEMA.execute(query, variable_values={"c": key}, context_value=peer)).data

    seen = {"title": "Algebra", "enrollments": {"totalCount": world.IN_ALGEBRA}}
    assert await answer(world.admin(), world.ALGEBRA) == {"course": seen}
    assert await answer(world.learner(), world.ALGEBRA) == {"course": {"title": "Algebra", "enrollments": None}}
    assert await answer(world.instructor(world.BOTANY), world.BOTANY) == {
        "course": {"title": "Botany", "enrollments": {"totalCount": 2}}
    }


@pytest.mark.parametrize("query", ["{ nothing }", "{ me { displayName }", "{ me { " + "displayName " * 2000 + "} }"])
async def test_a_cached_document_gives_the_same_answer(query: str) -> None:
    first, again = await ask(query), await ask(query)
    assert (first.data, first.errors) == (again.data, again.errors)
