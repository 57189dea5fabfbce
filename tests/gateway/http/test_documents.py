"""Persisted documents over HTTP, server-sent events and WebSocket."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest

from gateway.documents.trusted_documents import hash_of
from stores.domain.persisted_documents import DEFAULT_BOUNDS
from stores.errors import Unavailable
from stores.memory.documents import MemoryDocuments
from tests.gateway.app_client import TOKEN_ACCESS, app_client, bearer, sample_stores
from tests.gateway.http.test_sse import EVENTS, asked, events_of
from tests.gateway.http.websocket.client import code_of, initialize, receive_message, send_message
from tests.gateway.served_gateway import serve_gateway
from tests.resolvers import world
from tests.resolvers.queries import BrokenStore

TITLES = "query Titles { courses(first: 1) { edges { node { title } } } }"
ANSWER = {"courses": {"edges": [{"node": {"title": "Algebra"}}]}}
GRAPHQL_JSON = {"Accept": "application/graphql-response+json"}
ADMIN, LEARNER = bearer(world.admin()), bearer(world.learner())
DOWN = BrokenStore(lambda: Unavailable("documents", "cannot be reached"))


def apq(text: str, *, version: int = 1) -> dict[str, Any]:
    return {"extensions": {"persistedQuery": {"version": version, "sha256Hash": hash_of(text)}}}


def codes(answer: httpx2.Response) -> list[str]:
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


def empty_documents() -> MemoryDocuments:
    return MemoryDocuments(now=lambda: world.NOW)


async def post(client: httpx2.AsyncClient, headers: Mapping[str, str] = ADMIN, **body: Any) -> httpx2.Response:
    return await client.post("/graphql", json=body, headers=headers)


async def test_a_client_registers_a_text_and_sends_its_hash_from_then_on() -> None:
    async with app_client() as client:
        missed = await post(client, **apq(TITLES))
        assert (missed.status_code, codes(missed)) == (200, ["PERSISTED_QUERY_NOT_FOUND"])
        assert missed.json()["errors"][0]["message"] == "PersistedQueryNotFound"
        assert "data" not in missed.json()
        assert missed.headers["cache-control"] == "no-store"
        assert (await post(client, query=TITLES, **apq(TITLES))).json() == {"data": ANSWER}
        assert (await post(client, **apq(TITLES))).json() == {"data": ANSWER}
        assert (await post(client, documentId=f"sha256:{hash_of(TITLES)}")).json() == {"data": ANSWER}
        by_get = {"extensions": json.dumps(apq(TITLES)["extensions"])}
        assert (await client.get("/graphql", params=by_get)).json() == {"data": ANSWER}
        assert (await client.get("/graphql", params={"documentId": hash_of(TITLES)})).json() == {"data": ANSWER}


async def test_the_status_of_a_miss_is_that_of_the_media_type() -> None:
    async with app_client() as client:
        missed = await post(client, GRAPHQL_JSON, **apq(TITLES))
        assert (missed.status_code, missed.headers["content-type"]) == (400, GRAPHQL_JSON["Accept"])
        assert codes(missed) == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_a_text_of_another_hash_is_refused_and_not_kept() -> None:
    async with app_client() as client:
        given = await post(client, query="{ __typename }", **apq(TITLES))
        assert (given.status_code, codes(given)) == (400, ["BAD_REQUEST"])
        assert codes(await post(client, **apq(TITLES))) == ["PERSISTED_QUERY_NOT_FOUND"]


@pytest.mark.parametrize("text", ["{ nothingOfTheKind }", "{ courses(first: ", "query A { __typename } query B { a }"])
async def test_a_document_that_is_not_valid_is_not_kept(text: str) -> None:
    async with app_client() as client:
        assert "errors" in (await post(client, query=text, **apq(text))).json()
        assert codes(await post(client, **apq(text))) == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_a_request_without_a_token_registers_nothing_and_asks_no_store() -> None:
    documents = empty_documents()
    async with app_client(access=TOKEN_ACCESS, open_stores=sample_stores(documents=documents)) as client:
        public = "{ __typename }"
        assert (await post(client, {}, query=public, **apq(public))).json() == {"data": {"__typename": "Query"}}
        assert await documents.find(hash_of(public)) is None
        await documents.register(hash_of(public), public, subject="ada")
        assert codes(await post(client, {}, **apq(public))) == ["PERSISTED_QUERY_NOT_FOUND"]
        assert (await post(client, LEARNER, **apq(public))).json() == {"data": {"__typename": "Query"}}
        assert (await post(client, {}, **apq(public))).json() == {"data": {"__typename": "Query"}}


async def test_a_known_document_gives_no_rights() -> None:
    async with app_client(access=TOKEN_ACCESS) as client:
        assert (await post(client, query=TITLES, **apq(TITLES))).status_code == 200
        assert (await post(client, {}, **apq(TITLES))).status_code == 401


async def test_a_mutation_is_not_run_by_get() -> None:
    text = 'mutation { endSession(input: { sessionId: "none" }) { errors { code } } }'
    async with app_client() as client:
        await post(client, query=text, **apq(text))
        assert (await post(client, **apq(text))).json() == {"data": {"endSession": {"errors": []}}}
        refused = await client.get("/graphql", params={"documentId": hash_of(text)})
        assert (refused.status_code, codes(refused)) == (400, ["BAD_REQUEST"])


@pytest.mark.parametrize(
    "body",
    [
        {"extensions": {"persistedQuery": "x"}},
        {"extensions": {"persistedQuery": {"version": 1}}},
        {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": 7}}},
        {"documentId": 7},
        {"documentId": ""},
        {"documentId": "another", **apq(TITLES)},
    ],
)
async def test_a_malformed_id_is_a_bad_request(body: dict[str, Any]) -> None:
    async with app_client() as client:
        refused = await post(client, **body)
        assert (refused.status_code, codes(refused)) == (400, ["BAD_REQUEST"])


async def test_another_version_of_the_protocol_is_not_supported() -> None:
    async with app_client() as client:
        refused = await post(client, **apq(TITLES, version=2))
        assert (refused.status_code, codes(refused)) == (200, ["PERSISTED_QUERY_NOT_SUPPORTED"])
        assert refused.json()["errors"][0]["message"] == "PersistedQueryNotSupported"


async def test_processes_share_what_clients_registered() -> None:
    stores = sample_stores(documents=empty_documents())
    async with app_client(open_stores=stores) as one, app_client(open_stores=stores) as other:
        await post(one, query=TITLES, **apq(TITLES))
        assert (await post(other, **apq(TITLES))).json() == {"data": ANSWER}


async def test_a_store_that_is_down_costs_no_operation() -> None:
    async with app_client(open_stores=sample_stores(documents=DOWN)) as client:
        assert codes(await post(client, **apq(TITLES))) == ["PERSISTED_QUERY_NOT_FOUND"]
        assert (await post(client, query=TITLES, **apq(TITLES))).json() == {"data": ANSWER}
        assert (await post(client, **apq(TITLES))).json() == {"data": ANSWER}  # this process knows it


async def test_a_subject_that_registered_too_many_is_served_but_no_more_is_kept() -> None:
    documents = empty_documents()
    for number in range(DEFAULT_BOUNDS.new_an_hour):
        await documents.register(hash_of(str(number)), str(number), subject=world.admin().subject)
    async with app_client(open_stores=sample_stores(documents=documents)) as client:
        assert (await post(client, query=TITLES, **apq(TITLES))).json() == {"data": ANSWER}
        assert codes(await post(client, **apq(TITLES))) == ["PERSISTED_QUERY_NOT_FOUND"]


@pytest.fixture
def trusted(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "titles.json").write_text(json.dumps({"titles-1": TITLES, "public-1": "query Public { __typename }"}))
    return {"GATEWAY_DOCUMENTS": "trusted", "GATEWAY_DOCUMENTS_PATH": str(tmp_path / "titles.json")}


async def test_trusted_mode_serves_the_documents_of_the_deployment_only(trusted: dict[str, str]) -> None:
    async with app_client(trusted, access=TOKEN_ACCESS) as client:
        for named in ({"documentId": "titles-1"}, apq(TITLES)):
            assert (await post(client, LEARNER, **named)).json() == {"data": ANSWER}
            assert (await post(client, LEARNER, query=TITLES, **named)).json() == {"data": ANSWER}
        by_get = await client.get("/graphql", params={"documentId": "titles-1"}, headers=LEARNER)
        assert by_get.json() == {"data": ANSWER}
        for text in (TITLES, "{ __typename }"):
            refused = await post(client, LEARNER, query=text)
            assert (refused.status_code, codes(refused)) == (200, ["UNTRUSTED_DOCUMENT"])
        assert codes(await post(client, LEARNER, **apq("{ a }"))) == ["PERSISTED_QUERY_NOT_FOUND"]
        assert codes(await post(client, LEARNER, query="{ a }", **apq("{ a }"))) == ["UNTRUSTED_DOCUMENT"]
        assert codes(await post(client, LEARNER, query="{ a }", documentId="titles-1")) == ["BAD_REQUEST"]
        assert codes(await post(client, LEARNER, documentId="titles-2")) == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_an_admin_may_send_texts_in_trusted_mode_and_registers_none(trusted: dict[str, str]) -> None:
    text = "{ __typename }"
    async with app_client(trusted, access=TOKEN_ACCESS) as client:
        assert (await post(client, query=text)).json() == {"data": {"__typename": "Query"}}
        assert (await post(client, query=text, **apq(text))).json() == {"data": {"__typename": "Query"}}
        assert codes(await post(client, **apq(text))) == ["PERSISTED_QUERY_NOT_FOUND"]


async def test_a_trusted_document_needs_a_token_unless_it_is_public(trusted: dict[str, str]) -> None:
    async with app_client(trusted, access=TOKEN_ACCESS) as client:
        assert (await post(client, {}, documentId="public-1")).json() == {"data": {"__typename": "Query"}}
        assert (await post(client, {}, documentId="titles-1")).status_code == 401
        assert codes(await post(client, {}, query="{ __typename }")) == ["UNTRUSTED_DOCUMENT"]


async def test_open_mode_has_trusted_documents_too(trusted: dict[str, str]) -> None:
    async with app_client({**trusted, "GATEWAY_DOCUMENTS": "open"}) as client:
        assert (await post(client, documentId="titles-1")).json() == {"data": ANSWER}
        assert (await post(client, query=TITLES)).json() == {"data": ANSWER}


async def test_the_log_names_the_operation_of_a_trusted_document(
    trusted: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger="quadrangle.http")
    async with app_client(trusted) as client:
        await post(client, documentId="titles-1")
        await post(client, query="query Mine { __typename }")
    assert [getattr(record, "operation", None) for record in caplog.records if record.msg == "request"] == [
        "Titles",
        "other",
    ]


COUNT = "subscription { count(to: 2) { number } }"


async def test_server_sent_events_take_hashes() -> None:
    async with serve_gateway() as gateway:
        missed = events_of((await asked(gateway, json=apq(COUNT))).text)
        assert [kind for kind, _ in missed] == ["next", "complete"]
        assert missed[0][1]["errors"][0]["message"] == "PersistedQueryNotFound"
        first = events_of((await asked(gateway, json={"query": COUNT, **apq(COUNT)})).text)
        by_hash = events_of((await asked(gateway, json=apq(COUNT))).text)
        by_get = events_of((await asked(gateway, "GET", params={"documentId": hash_of(COUNT)})).text)
        assert [kind for kind, _ in first] == ["next", "next", "complete"]
        assert first == by_hash == by_get
        unclear = await asked(gateway, headers=EVENTS, json={"documentId": ""})
        assert unclear.status_code == 400


async def test_sockets_take_hashes() -> None:
    async with serve_gateway() as gateway, gateway.socket() as socket:
        await initialize(socket)

        async def results(id: str, **payload: Any) -> list[Any]:
            await send_message(socket, "subscribe", id=id, payload=payload)
            found = []
            while (message := await receive_message(socket))["type"] == "next":
                found.append(message["payload"])
            return found if message["type"] == "complete" else [code_of(message)]

        assert await results("1", **apq(COUNT)) == ["PERSISTED_QUERY_NOT_FOUND"]
        first = await results("2", query=COUNT, **apq(COUNT))
        assert len(first) == 2
        assert await results("3", **apq(COUNT)) == first
        assert await results("4", documentId=hash_of(COUNT)) == first
        assert await results("5", query="{ hello }", **apq(COUNT)) == ["BAD_REQUEST"]
