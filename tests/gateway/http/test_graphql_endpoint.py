"""GraphQL over HTTP: responses, refusals, and no server error whatever a client sends."""

from typing import Any

import pytest

from gateway.http.auth.access import Access
from gateway.http.auth.configured import verification_by
from tests.gateway.app_client import ANONYMOUS_ACCESS, SECRET, TOKEN_ACCESS, app_client, bearer
from tests.resolvers import world

JSON = {"Content-Type": "application/json"}
GRAPHQL_JSON = "application/graphql-response+json"
ME = {"query": "{ me { learnerId } }"}
NAME = {"query": "{ me { displayName } }"}
COURSES = {"query": "{ courses(first: 1) { edges { node { title } } } }"}
TRACE = {"X-Gateway-Trace": "stores"}


def code_of(body: Any) -> str:
    [error] = body["errors"]
    code: str = error["extensions"]["code"]
    return code


async def test_queries_work_by_post_and_get() -> None:
    async with app_client() as client:
        posted = await client.post("/graphql", json=COURSES)
        got = await client.get("/graphql", params=COURSES)
    assert posted.headers["content-type"] == "application/json"
    assert posted.json() == got.json() == {"data": {"courses": {"edges": [{"node": {"title": "Algebra"}}]}}}


async def test_variables_and_operation_name_are_used() -> None:
    query = "query A { __typename } query B($first: Int) { courses(first: $first) { edges { node { key } } } }"
    async with app_client() as client:
        posted = await client.post("/graphql", json={"query": query, "operationName": "B", "variables": {"first": 1}})
        got = await client.get(
            "/graphql", params={"query": query, "operationName": "B", "variables": '{"first": 1}', "extensions": "{}"}
        )
    assert posted.json() == got.json()
    assert [edge["node"]["key"] for edge in got.json()["data"]["courses"]["edges"]] == [world.ALGEBRA]


async def test_a_mutation_by_get_is_refused() -> None:
    """A link on another site could trigger it."""
    query = 'mutation { endSession(input: {sessionId: "s"}) { errors { code } } }'
    async with app_client() as client:
        response = await client.get("/graphql", params={"query": query})
        posted = await client.post("/graphql", json={"query": query})
    assert response.status_code == 400
    assert code_of(response.json()) == "BAD_REQUEST"
    assert posted.json() == {"data": {"endSession": {"errors": []}}}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b'"x"',
        b"7",
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b"[" * 10_000 + b"]" * 10_000,
        b'{"query":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
        b'{"query": "\xff\xfe"}',
        b'{"query": "{ a }\\ud800"}',
        b"{}",
        b'{"query": null}',
        b'{"query": 7}',
        b'{"query": ""}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "operationName": 7}',
        b'{"query": "{ __typename }", "operationName": "B"}',
        b'{"query": "{ __typename }", "operationName": "%s"}' % (b"B" * 10_000),
        b'{"query": "{ __typename }", "extensions": "x"}',
    ],
)
async def test_a_malformed_request_gets_a_400_with_the_reason(body: bytes) -> None:
    async with app_client() as client:
        response = await client.post("/graphql", content=body, headers=JSON)
    assert response.status_code == 400
    assert code_of(response.json()) == "BAD_REQUEST"
    assert "data" not in response.json()
    assert len(response.content) < 1_000


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=b", "", "json"]
)
async def test_other_content_types_are_refused(kind: str) -> None:
    """Form content types need no preflight, so pages of other sites could send queries with them."""
    async with app_client() as client:
        response = await client.post("/graphql", content=b'{"query":"{__typename}"}', headers={"Content-Type": kind})
    assert response.status_code == 415
    assert code_of(response.json()) == "BAD_REQUEST"


@pytest.mark.parametrize("body", [[], [{"query": "{ __typename }"}], [{"query": "{ __typename }"}] * 2])
async def test_a_batch_is_refused(body: list[object]) -> None:
    async with app_client() as client:
        response = await client.post("/graphql", json=body)
    assert response.status_code == 400
    [error] = response.json()["errors"]
    assert error["message"] == "batches are not accepted: send a request for each operation"
    assert error["extensions"]["code"] == "BAD_REQUEST"


@pytest.mark.parametrize("path", ["/graphql/", "//evil.example/graphql/", "/livez/", "/static", "/%2Fevil.example/"])
async def test_no_path_redirects_to_the_host_of_the_request(path: str) -> None:
    async with app_client(access=TOKEN_ACCESS) as client:
        for method in ("GET", "POST"):
            response = await client.request(method, path, headers={"Host": "evil.example"})
            assert (response.status_code, "location" in response.headers) == (404, False)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("{", "GRAPHQL_PARSE_FAILED"),
        ("{ nothingOfTheKind }", "GRAPHQL_VALIDATION_FAILED"),
        ("query($n: Int!) { courses(first: $n) { edges { cursor } } }", "BAD_USER_INPUT"),
        ("query A { __typename } query B { __typename }", "BAD_REQUEST"),
    ],
)
async def test_an_operation_that_cannot_run_has_a_code_and_no_data(query: str, code: str) -> None:
    async with app_client() as client:
        plain = await client.post("/graphql", json={"query": query})
        strict = await client.post("/graphql", json={"query": query}, headers={"Accept": GRAPHQL_JSON})
    assert (plain.status_code, strict.status_code) == (200, 400)
    assert strict.headers["content-type"] == GRAPHQL_JSON
    assert plain.json().keys() == strict.json().keys() == {"errors"}
    assert code_of(plain.json()) == code_of(strict.json()) == code


async def test_an_error_of_a_field_keeps_its_data() -> None:
    async with app_client() as client:
        response = await client.post(
            "/graphql", json={"query": '{ learner(id: "x") { learnerId } }'}, headers={"Accept": GRAPHQL_JSON}
        )
    assert response.status_code == 200
    assert response.json()["data"] == {"learner": None}
    assert code_of(response.json()) == "BAD_USER_INPUT"


async def test_other_methods_and_paths_are_refused_in_graphql_format() -> None:
    async with app_client() as client:
        deleted = await client.delete("/graphql")
        lost = await client.get("/nothing/here")
    assert (deleted.status_code, deleted.headers["allow"]) == (405, "GET, POST")
    assert (lost.status_code, code_of(lost.json())) == (404, "NOT_FOUND")


@pytest.mark.parametrize("chunked", [False, True])
async def test_a_body_beyond_the_limit_gets_a_413(chunked: bool) -> None:
    async def pieces() -> Any:
        for _ in range(20):
            yield b" " * 100

    async with app_client({"GATEWAY_BODY_LIMIT": "1000"}) as client:
        response = await client.post("/graphql", content=pieces() if chunked else b" " * 2000, headers=JSON)
        within = await client.post("/graphql", json=COURSES)
    assert (response.status_code, response.headers["connection"]) == (413, "close")
    assert code_of(response.json()) == "TOO_LARGE"
    assert within.status_code == 200


async def test_a_request_without_a_token_is_unauthenticated() -> None:
    async with app_client(access=TOKEN_ACCESS) as client:
        response = await client.post("/graphql", json=ME)
    assert (response.status_code, response.headers["www-authenticate"]) == (401, "Bearer")
    assert code_of(response.json()) == "UNAUTHENTICATED"


async def test_a_bad_token_is_reported_as_such() -> None:
    async with app_client(access=TOKEN_ACCESS) as client:
        response = await client.post("/graphql", json=ME, headers={"Authorization": "Bearer not.a.token"})
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert code_of(response.json()) == "UNAUTHENTICATED"


async def test_a_token_determines_the_viewer() -> None:
    async with app_client(access=TOKEN_ACCESS) as client:
        response = await client.post("/graphql", json=ME, headers=bearer(world.learner()))
    assert response.json() == {"data": {"me": {"learnerId": world.ADA}}}


async def test_cookies_do_not_authenticate() -> None:
    authorization = bearer(world.admin())["Authorization"]
    cookies = f"Authorization={authorization}; token={authorization.partition(' ')[2]}"
    async with app_client(access=TOKEN_ACCESS) as client:
        response = await client.post("/graphql", json=ME, headers={"Cookie": cookies})
    assert response.status_code == 401


async def test_without_tokens_other_host_names_are_refused() -> None:
    async with app_client(access=ANONYMOUS_ACCESS) as client:
        rebound = await client.post("/graphql", json=COURSES, headers={"Host": "evil.example"})
        local = await client.post("/graphql", json=COURSES, headers={"Host": "127.0.0.1:8000"})
    async with app_client(access=TOKEN_ACCESS) as client:
        named = await client.post("/graphql", json=ME, headers={"Host": "school.example", **bearer(world.learner())})
    assert (rebound.status_code, local.status_code, named.status_code) == (400, 200, 200)


async def test_without_tokens_the_listen_address_is_an_allowed_host() -> None:
    async with app_client(host="127.0.0.2") as client:
        local = await client.post("/graphql", json=COURSES, headers={"Host": "127.0.0.2:8000"})
        other = await client.post("/graphql", json=COURSES, headers={"Host": "127.0.0.3:8000"})
    assert (local.status_code, other.status_code) == (200, 400)


async def test_an_admin_may_trace_store_calls() -> None:
    async with app_client(access=TOKEN_ACCESS) as client:
        response = await client.post("/graphql", json=COURSES, headers={**TRACE, **bearer(world.admin())})
    stores = response.json()["extensions"]["stores"]
    assert stores["calls"] == 1
    assert [(batch["store"], batch["call"], batch["keys"]) for batch in stores["batches"]] == [("catalog", "page", 1)]


async def test_other_roles_may_trace_only_in_the_demo() -> None:
    demo = Access(verification=verification_by(SECRET), anonymous_viewer=world.admin(), may_trace=lambda viewer: True)
    headers = {**TRACE, **bearer(world.learner())}
    async with app_client(access=TOKEN_ACCESS) as client:
        served = await client.post("/graphql", json=NAME, headers=headers)
    async with app_client(access=demo) as client:
        shown = await client.post("/graphql", json=NAME, headers=headers)
    assert "extensions" not in served.json()
    assert shown.json()["extensions"]["stores"]["calls"] == 1


async def test_there_is_no_trace_without_the_header() -> None:
    async with app_client() as client:
        response = await client.post("/graphql", json=COURSES, headers={"X-Gateway-Trace": "fields"})
    assert "extensions" not in response.json()
