"""The documents that clients registered: a cache of the process before the store that all processes share.

A store that is down costs no operation: what the cache lacks is not found, and clients send the text again.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from gateway.documents.text_cache import TextCache
from resolvers.context import Peer
from resolvers.data.store_calls import StoreCalls
from stores.errors import StoreError

STORE = "documents"
LONGEST = 32_768
"""Bytes of a document that is kept, in UTF-8. All that the store keeps is thus bounded, too."""
CHECK_AGAIN = timedelta(hours=1)
"""A text that the cache has is used in the store, too, this often: it must not expire there."""


@dataclass(frozen=True, slots=True)
class RegisteredDocuments:
    """Finds and registers documents by the sha256 of their text."""

    cache: TextCache = field(default_factory=TextCache)

    async def find(self, peer: Peer, sha256: str) -> str | None:
        """The text of a document, None if it is not known. A peer without a token gets cached texts only."""
        now = peer.now()
        cached = self.cache.find(sha256)
        if not peer.viewer.authenticated or (cached is not None and now - cached.checked_at < CHECK_AGAIN):
            return None if cached is None else cached.text
        if cached is not None:
            cached.checked_at = now  # before the call: one request checks, not all that arrive meanwhile
        try:
            text = await calls_of(peer).call_read(STORE, "find", 1, lambda: peer.stores.documents.find(sha256))
        except StoreError:
            text = None
        if text is not None and cached is None:
            self.cache.keep(sha256, text, now)
        return text if cached is None else cached.text

    async def register(self, peer: Peer, sha256: str, text: str) -> None:
        """Keep a document that a viewer may run, unless it is too long or the subject has registered too many."""
        if len(text.encode(errors="replace")) > LONGEST:
            return
        now = peer.now()
        registering = peer.stores.documents.register(sha256, text, subject=peer.viewer.subject)
        try:
            kept = await calls_of(peer).call(STORE, "register", 1, registering)
        except StoreError:
            kept = True  # by this process, at least
        if kept:
            self.cache.keep(sha256, text, now)


def calls_of(peer: Peer) -> StoreCalls:
    """Makes the calls of a request before its operation begins."""
    return StoreCalls(deadlines=peer.deadlines, failures=peer.health, guards=peer.guards)
