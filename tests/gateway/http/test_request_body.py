"""The GraphQL request in an HTTP request, and its headers."""

from typing import Any

import pytest
from starlette.requests import ClientDisconnect, Request

from gateway.http.graphql_request import MalformedRequest
from gateway.http.request_body import read_request
from gateway.http.request_headers import headers_of

JSON = [(b"content-type", b"Application/JSON; charset=utf-8")]


def request_of(*messages: dict[str, Any], method: str = "POST", query_string: bytes = b"") -> Request:
    pending = iter(messages)

    async def receive() -> dict[str, Any]:
        return next(pending)

    scope = {"type": "http", "method": method, "headers": JSON, "query_string": query_string}
    return Request(scope, receive)


async def test_a_body_may_come_in_parts() -> None:
    parts = [b'{"query": "{ me ', b"{ id } }", b'"}']
    messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
    request = request_of(*messages, {"type": "http.request"})
    given = await read_request(request, headers_of(request.scope))
    assert (given.query, given.size) == ("{ me { id } }", sum(map(len, parts)))


async def test_a_client_that_disconnects_sends_no_request() -> None:
    request = request_of({"type": "http.request", "body": b"{", "more_body": True}, {"type": "http.disconnect"})
    with pytest.raises(ClientDisconnect):
        await read_request(request, headers_of(request.scope))


async def test_the_parameters_of_a_get_are_the_request() -> None:
    request = request_of(method="GET", query_string=b"query=%7Bme%7D&variables=%7B%22a%22%3A1%7D&operationName=b")
    given = await read_request(request, {})
    assert (given.query, given.variables, given.operation_name) == ("{me}", {"a": 1}, "b")
    assert given.size == len('{me}{"a":1}b')


@pytest.mark.parametrize(
    ("kind", "status"), [("", 415), ("text/plain", 415), ("application/json", 400), (" application/json ;q=1", 400)]
)
async def test_what_is_no_json_is_refused(kind: str, status: int) -> None:
    with pytest.raises(MalformedRequest) as refused:
        await read_request(request_of({"type": "http.request", "body": b"{"}), {"content-type": kind})
    assert refused.value.status == status


def test_of_headers_with_the_same_name_the_first_counts() -> None:
    scope: dict[str, Any] = {"headers": [(b"host", b"a"), (b"x", b"1"), (b"host", b"b\xe9")]}
    assert headers_of(scope) == {"host": "a", "x": "1"}
    assert headers_of(scope) is headers_of(scope)
    assert headers_of({"headers": [(b"x", b"\xe9")]}) == {"x": "é"}
