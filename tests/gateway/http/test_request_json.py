"""Integers in JSON variables are kept exactly or refused, never rounded."""

import json

import orjson
import pytest

from gateway.http.request_json import MAX_DIGITS, loads
from tests.gateway.app_client import SCHEMA, app_client
from tests.gateway.http.websocket.client import initialize, receive_message
from tests.gateway.served_gateway import serve_gateway

CREATE = "mutation ($i: CreateLearnerInput!) { createLearner(input: $i) { errors { code message path } } }"
REFUSED = {
    "code": "BAD_USER_INPUT",
    "message": "holds an integer of more than 64 bits",
    "path": ["input", "preferences"],
}
BEYOND = ["9223372036854775808", "18446744073709551616", "-9223372036854775809", "123456789012345678901234567890"]
WITHIN_64_BITS = ["9223372036854775807", "-9223372036854775808", "0"]


def request(number: str) -> str:
    learner = (
        f'{{"displayName": "N", "locale": "en", "timeZone": "UTC", "preferences": {{"n": [{{"deep": {number}}}]}}}}'
    )
    return f'{{"query": {json.dumps(CREATE)}, "variables": {{"i": {learner}}}}}'


@pytest.mark.parametrize("number", BEYOND)
async def test_variables_beyond_64_bits_are_refused_by_http(number: str) -> None:
    async with app_client() as client:
        answers = [
            await client.post("/graphql", content=request(number), headers={"Content-Type": "application/json"}),
            await client.post(
                "/graphql",
                content=request(number),
                headers={"Content-Type": "application/json", "Accept": "text/event-stream"},
            ),
        ]
    for answer in answers:
        assert str(REFUSED["message"]) in answer.text, answer.text


async def test_variables_beyond_64_bits_are_refused_in_a_query_string() -> None:
    query = "query ($n: Int) { courses(first: $n) { edges { node { key } } } }"
    async with app_client() as client:
        answer = await client.get("/graphql", params={"query": query, "variables": '{"n": 18446744073709551616}'})
    assert "18446744073709551616" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize("number", BEYOND)
async def test_variables_beyond_64_bits_are_refused_by_websocket(number: str) -> None:
    async with serve_gateway(schema=SCHEMA) as served, served.socket() as socket:
        await initialize(socket)
        await socket.send(f'{{"type": "subscribe", "id": "1", "payload": {request(number)}}}')
        assert (await receive_message(socket))["payload"]["data"] == {"createLearner": {"errors": [REFUSED]}}


@pytest.mark.parametrize("number", WITHIN_64_BITS)
async def test_64_bits_are_kept(number: str) -> None:
    assert loads(request(number)) == json.loads(request(number))
    async with app_client() as client:
        answer = await client.post("/graphql", content=request(number), headers={"Content-Type": "application/json"})
    assert answer.json() == {"data": {"createLearner": {"errors": []}}}


@pytest.mark.parametrize(
    "text", ['{"a": 1e400}', '{"a": 0.12345678901234567890123}', '{"a": "1234567890123456789012"}']
)
def test_other_numbers_parse_as_with_orjson(text: str) -> None:
    if "1e400" in text:
        with pytest.raises(orjson.JSONDecodeError):
            loads(text)
    else:
        assert loads(text) == loads(text.encode()) == orjson.loads(text)


@pytest.mark.parametrize(
    "text", ["1" * (MAX_DIGITS + 1), "[" * 1_000 + "1" * 19 + "]" * 1_000, "1" * 19 + " NaN", "NaN1234567890123456789"]
)
def test_unsupported_numbers_are_no_json(text: str) -> None:
    with pytest.raises(orjson.JSONDecodeError):
        loads(text)


def test_a_float_takes_any_integer_that_it_can_hold() -> None:
    assert loads("1" * MAX_DIGITS) == int("1" * MAX_DIGITS)
