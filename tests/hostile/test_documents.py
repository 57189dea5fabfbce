"""Hostile documents: each is refused with its code, and a client beside them is served."""

import asyncio
from time import perf_counter
from typing import Any

import httpx2
import pytest

from tests.bench.processes import cpu_seconds
from tests.hostile.documents import DOCUMENTS, Hostile
from tests.hostile.served import Served

WELL_BEHAVED = {"query": "{ __typename }"}


def codes_of(answer: Any) -> set[str]:
    return {error["extensions"]["code"] for error in answer["errors"]}


@pytest.mark.slow
@pytest.mark.parametrize("hostile", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_hostile_document_is_refused(served: Served, hostile: Hostile) -> None:
    for role in ("LEARNER", "ADMIN"):
        answer = httpx2.post(served.url, json={"query": hostile.query}, headers=served.headers(role), timeout=30).json()
        assert codes_of(answer) == {hostile.code}
        assert "data" not in answer


@pytest.mark.slow
async def test_a_well_behaved_client_is_served_beside_each_hostile_document(
    served: Served, capsys: pytest.CaptureFixture[str]
) -> None:
    async with httpx2.AsyncClient(headers=served.headers("LEARNER"), timeout=30) as client:

        async def milliseconds(body: Any) -> tuple[float, Any]:
            begun = perf_counter()
            response = await client.post(served.url, json=body)
            return (perf_counter() - begun) * 1000, response.json()

        rows = []
        for name, hostile in DOCUMENTS.items():
            before = cpu_seconds(served.pid)
            sent = asyncio.create_task(milliseconds({"query": hostile.query}))
            waited, answer = await milliseconds(WELL_BEHAVED)
            took, refusal = await sent
            assert answer == {"data": {"__typename": "Query"}}
            assert codes_of(refusal) == {hostile.code}
            rows.append((name, len(hostile.query), took, waited, (cpu_seconds(served.pid) - before) * 1000))
    with capsys.disabled():
        print("\nhostile document: bytes, ms until it was refused, ms of the client beside it, CPU ms of the gateway")
        for name, size, took, waited, cpu in rows:
            print(f"  {name:36} {size:>9,} {took:>8.1f} {waited:>8.1f} {cpu:>8.0f}")
