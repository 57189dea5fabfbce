"""Generated documents: no 5xx, no leaked text, no INTERNAL error, and memory that does not grow."""

import asyncio
import re
from collections import Counter
from itertools import cycle
from random import Random
from time import monotonic

import httpx2
import pytest

from gateway.datasets.demo.courses import SQL101
from resolvers.schema import build_schema
from resolvers.strawberry_internals import core_schema
from tests.bench.processes import resident_kib
from tests.hostile.generated import Generator, literals
from tests.hostile.served import VIEWERS, Served, secrets_in

SEED = 11
CLIENTS = 6
KNOWN = {
    "learnerId": literals("demo-0001", "demo-0002", "unknown"),
    "key": literals(SQL101, "course-v1:none"),
    "course": literals(SQL101),
    "id": literals("TGVhcm5lcjpkZW1vLTAwMDE=", "x"),
    "itemKey": literals("report", "none"),
    "timeZone": literals("Europe/London", "Mars/Olympus"),
    "UUID": literals("7b0f107c-e127-50cd-acfc-d5f0686df71e", "00000000-0000-0000-0000-000000000000", "no"),
    "DateTime": literals("2026-11-01T00:00:00Z", "2026-11-20T12:30:00.123Z"),
    "Int": ("0", "1", "5", "100", "101"),
    "Float": ("0.5", "1.0", "-1.0"),
    "JSON": ("{a: 1}", '"text"', "[1, [2]]"),
}
LEAKS = re.compile(
    r"Traceback|\.py\b|line \d+, in |object at 0x|asyncpg|pymongo|redis\.|aiohttp|SELECT |INSERT |127\.0\.0\.1"
)
ADDRESS = re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+")
GROWTH = 1.05
"""The most that resident memory may grow after the first half."""


@pytest.fixture
def seconds(pytestconfig: pytest.Config) -> float:
    return 120 if pytestconfig.getoption("--long") else 4


@pytest.mark.slow
async def test_generated_documents_harm_nothing(
    served: Served, seconds: float, capsys: pytest.CaptureFixture[str]
) -> None:
    schema, begun = core_schema(build_schema()), monotonic()
    halfway: list[int] = []
    counts: Counter[str] = Counter()
    faults: list[str] = []
    secrets = secrets_in(served.log.parent)
    roles = cycle(VIEWERS)

    async def client(number: int) -> None:
        generator = Generator(schema, KNOWN, Random(SEED * 1000 + number))
        async with httpx2.AsyncClient(timeout=60) as http:
            while (elapsed := monotonic() - begun) < seconds:
                if elapsed > seconds / 2 and not halfway:
                    halfway.append(resident_kib(served.pid))
                role, body = next(roles), generator.request()
                response = await http.post(served.url, json=body, headers=served.headers(role))
                text = response.text
                counts["data" if '"data":{' in text else "refused"] += 1
                leaked = LEAKS.search(text) or next((secret for secret in secrets if secret in text), None)
                others = role == "LEARNER" and {*ADDRESS.findall(text)} - {*ADDRESS.findall(body["query"])}
                if response.status_code >= 500 or '"INTERNAL"' in text or leaked or len(others or ()) > 1:
                    faults.append(f"{role} {response.status_code} {leaked} {body['query'][:2000]} → {text[:500]}")

    await asyncio.gather(*map(client, range(CLIENTS)))
    after = resident_kib(served.pid)
    log = served.log.read_text()
    with capsys.disabled():
        print(f"\n{sum(counts.values()):,} generated documents: {dict(counts)}, RSS {halfway[0]:,} → {after:,} KiB")
    assert faults == []
    assert counts["data"] > counts.total() // 5
    assert "unexpected error" not in log
    assert not [secret for secret in secrets if secret in log]
    if seconds > 60:  # caches fill in the first seconds
        assert after <= halfway[0] * GROWTH
