"""The port of persisted documents, on every backend."""

from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from stores.domain.persisted_documents import DEFAULT_BOUNDS, DocumentBounds
from stores.ports.documents import Documents
from stores.redis.documents import RedisDocuments
from tests import backends
from tests.backends import Servers
from tests.clock import Clock

BOUNDS = DocumentBounds(most=3, new_an_hour=5)


@pytest.fixture(params=backends.DOCUMENTS)
async def documents(request: pytest.FixtureRequest, servers: Servers, clock: Clock) -> AsyncIterator[Any]:
    async with backends.DOCUMENTS[request.param](servers, clock, BOUNDS) as port:
        yield port


def hash_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


async def register(documents: Documents, text: str, subject: str = "ada") -> bool:
    return await documents.register(hash_of(text), text, subject=subject)


async def kept(documents: Documents, *texts: str) -> list[str]:
    """Which of these documents are kept. The look is a use of each."""
    found = [await documents.find(hash_of(text)) for text in texts]
    return [text for text in found if text is not None]


async def test_a_document_is_found_by_its_hash(documents: Documents) -> None:
    text = "{ me { __typename } } # ünïcödé \N{SEEDLING}"
    assert await documents.find(hash_of(text)) is None
    assert await register(documents, text)
    assert await documents.find(hash_of(text)) == text
    await documents.ping()


async def test_a_document_is_kept_for_a_day_after_its_last_use(documents: Documents, clock: Clock) -> None:
    await register(documents, "{ a }")
    await register(documents, "{ b }")
    clock.forward(timedelta(hours=23, minutes=59))
    assert await kept(documents, "{ a }") == ["{ a }"]
    clock.forward(timedelta(minutes=1))
    assert await kept(documents, "{ a }", "{ b }") == ["{ a }"]
    clock.forward(timedelta(hours=24))
    assert await kept(documents, "{ a }") == []
    await register(documents, "{ a }")
    assert await kept(documents, "{ a }") == ["{ a }"]


async def test_the_one_that_was_not_used_for_the_longest_time_goes(documents: Documents, clock: Clock) -> None:
    for text in ("{ a }", "{ b }", "{ c }"):
        await register(documents, text)
        clock.forward(timedelta(seconds=1))
    await documents.find(hash_of("{ a }"))
    clock.forward(timedelta(seconds=1))
    await register(documents, "{ d }")
    assert await kept(documents, "{ a }", "{ b }", "{ c }", "{ d }") == ["{ a }", "{ c }", "{ d }"]


async def test_documents_that_expired_leave_room(documents: Documents, clock: Clock) -> None:
    await register(documents, "{ a }")
    await register(documents, "{ b }")
    clock.forward(timedelta(hours=24))
    for text in ("{ c }", "{ d }", "{ e }"):
        await register(documents, text)
    assert await kept(documents, "{ c }", "{ d }", "{ e }") == ["{ c }", "{ d }", "{ e }"]


async def test_a_subject_registers_a_number_of_new_ones_an_hour(documents: Documents, clock: Clock) -> None:
    texts = [f"{{ a{number} }}" for number in range(6)]
    assert [await register(documents, text) for text in texts] == [True] * 5 + [False]
    assert await documents.find(hash_of(texts[5])) is None
    assert await register(documents, texts[4])  # it is known
    assert await register(documents, texts[5], subject="ben \ud800")  # JSON can have half a surrogate pair
    assert not await register(documents, "{ b }")
    clock.forward(timedelta(hours=1))
    assert await register(documents, "{ b }")


async def test_two_processes_share_them(servers: Servers, clock: Clock) -> None:
    async with backends.fresh_redis(servers) as (client, prefix):
        one, other = (RedisDocuments(client, now=clock, bounds=BOUNDS, prefix=prefix) for _ in range(2))
        assert [await register(one, f"{{ a{number} }}") for number in range(5)] == [True] * 5
        assert not await register(other, "{ b }")
        assert await other.find(hash_of("{ a4 }")) == "{ a4 }"


async def test_redis_forgets_what_is_not_used(servers: Servers, clock: Clock) -> None:
    async with backends.fresh_redis(servers) as (client, prefix):
        await register(RedisDocuments(client, now=clock, prefix=prefix), "{ a }")
        keys = await backends.keys_of(client, prefix)
        assert len(keys) == 3
        assert all(b"{documents}" in key for key in keys)  # one slot of a cluster
        lifetimes = [await client.pttl(key) for key in keys]
        assert all(0 < each <= DEFAULT_BOUNDS.kept_for / timedelta(milliseconds=1) for each in lifetimes)


def test_the_default_bounds_are_those_of_the_documentation() -> None:
    assert DocumentBounds(kept_for=timedelta(hours=24), most=10_000, new_an_hour=100) == DEFAULT_BOUNDS
