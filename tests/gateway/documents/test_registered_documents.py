"""The documents that clients registered, in the cache of a process and in the store."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from time import monotonic

from gateway.documents.registered_documents import CHECK_AGAIN, LONGEST, RegisteredDocuments
from gateway.documents.trusted_documents import hash_of
from resolvers.context import Peer
from stores.memory.documents import MemoryDocuments
from tests.clock import Clock
from tests.gateway.resilience.failing_guards import guards_at, open_breakers
from tests.resolvers import world

TEXT = "{ __typename }"


async def peer_with(documents: MemoryDocuments, clock: Clock) -> Peer:
    stores = replace(await world.open_school(), documents=documents)
    return replace(world.peer_of(stores, world.admin(), trace=False), now=clock)


async def test_a_text_that_a_process_uses_does_not_expire_in_the_store() -> None:
    clock = Clock()
    documents, registered = MemoryDocuments(now=clock), RegisteredDocuments()
    peer = await peer_with(documents, clock)
    await registered.register(peer, hash_of(TEXT), TEXT)
    for _ in range(30):
        clock.forward(CHECK_AGAIN)
        assert await registered.find(peer, hash_of(TEXT)) == TEXT
    assert await documents.find(hash_of(TEXT)) == TEXT
    clock.forward(timedelta(days=2))
    assert await documents.find(hash_of(TEXT)) is None
    assert await registered.find(peer, hash_of(TEXT)) == TEXT


async def test_a_store_that_does_not_answer_is_not_waited_for() -> None:
    class Stalled(MemoryDocuments):
        async def find(self, sha256: str) -> str | None:
            await asyncio.Event().wait()
            raise AssertionError

    clock = Clock()
    peer = await peer_with(Stalled(now=clock), clock)
    peer = replace(peer, deadlines={"documents": timedelta(milliseconds=10)})
    registered = RegisteredDocuments()
    assert await registered.find(peer, hash_of(TEXT)) is None
    await registered.register(peer, hash_of(TEXT), TEXT)
    assert await registered.find(peer, hash_of(TEXT)) == TEXT
    assert peer.health.last_errors.keys() == {"documents"}


async def test_a_store_that_failed_lately_is_not_asked() -> None:
    class Unasked(MemoryDocuments):
        async def find(self, sha256: str) -> str | None:
            raise AssertionError

        async def register(self, sha256: str, text: str, *, subject: str) -> bool:
            raise AssertionError

    clock, guards = Clock(), guards_at(monotonic)
    open_breakers(guards, "documents")
    peer = replace(await peer_with(Unasked(now=clock), clock), guards=guards)
    registered = RegisteredDocuments()
    assert await registered.find(peer, hash_of(TEXT)) is None
    await registered.register(peer, hash_of(TEXT), TEXT)
    assert await registered.find(peer, hash_of(TEXT)) == TEXT
    assert not peer.health.last_errors


async def test_a_long_document_is_not_kept() -> None:
    clock = Clock()
    documents, registered = MemoryDocuments(now=clock), RegisteredDocuments()
    peer = await peer_with(documents, clock)
    longest = TEXT.ljust(LONGEST, "#")
    for text, kept in ((longest, longest), (f"{longest}#", None), (longest[:-1] + "é", None)):
        await registered.register(peer, hash_of(text), text)
        assert await registered.find(peer, hash_of(text)) == kept
