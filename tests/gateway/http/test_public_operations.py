"""Requests without a token: public fields are answered, everything else is refused without a detail."""

from typing import Any

import pytest

from resolvers.documents.public_operations import LONGEST_PUBLIC
from tests.gateway.app_client import TOKEN_ACCESS, app_client
from tests.resolvers.queries import SCHEMA

PUBLIC = [
    "{ __typename }",
    'query Verify { a: verifyCertificate(code: "x") { issuedAt } __typename }',
    "{ ...F } fragment F on Query { __typename ... { storeHealth { __typename ...S } } } "
    "fragment S on StoreHealth { store state }",
    'query { ...F } fragment F on Query { verifyCertificate(code: "x") { issuedAt } ... on Query { __typename } }',
]
PRIVATE: list[dict[str, Any]] = [
    {"query": "{ me { learnerId } }"},
    {"query": "{ __typename courses { edges { cursor } } }"},
    {"query": "{ __schema { types { name } } }"},
    {"query": "{ ...F } fragment F on Query { ... { storeHealth { store backend } } }"},
    {"query": "{ storeHealth { ...S } } fragment S on StoreHealth { state ... on StoreHealth { latencyMs } }"},
    {"query": "{ ...F } fragment F on Query { ...G } fragment G on Query { ...F viewer { subject } }"},
    {"query": "query A { __typename } query B { viewer { subject } }", "operationName": "B"},
    {"query": "query A { __typename } query B { __typename }"},
    {"query": "mutation { __typename }"},
    {"query": "subscription { __typename }"},
    {"query": "{ nothing }"},
    {"query": "{ verifyCertificate }"},
    {"query": "{ syntax"},
    {"query": "query($n: Int!) { __typename }", "variables": {"n": "x"}},
    {"query": ""},
    {},
    {"query": 7},
    {"query": "{ __typename }".ljust(LONGEST_PUBLIC + 1)},
]


@pytest.mark.parametrize("query", PUBLIC)
async def test_public_fields_need_no_token(query: str) -> None:
    async with app_client(access=TOKEN_ACCESS) as client:
        response = await client.post("/graphql", json={"query": query})
        by_url = await client.get("/graphql", params={"query": query})
    assert (response.status_code, by_url.status_code) == (200, 200)
    assert response.json()["data"]["__typename"] == "Query"
    assert "errors" not in response.json()


@pytest.mark.parametrize("request_", PRIVATE, ids=lambda each: str(each.get("query"))[:80])
async def test_everything_else_is_unauthenticated(request_: dict[str, Any]) -> None:
    async with app_client(access=TOKEN_ACCESS) as client:
        response = await client.post("/graphql", json=request_)
        malformed = await client.post("/graphql", content=b"{", headers={"Content-Type": "application/json"})
        stream = await client.post("/graphql", json=request_, headers={"Accept": "text/event-stream"})
    for refused in (response, malformed, stream):
        assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "Bearer")
        (error,) = refused.json()["errors"]
        assert error == {
            "message": "a token is required: Authorization: Bearer …",
            "extensions": {"code": "UNAUTHENTICATED"},
        }


def test_the_schema_says_how_long_a_document_without_a_token_may_be() -> None:
    assert f"at most {LONGEST_PUBLIC:,} characters" in SCHEMA.as_str()
