"""The port of persisted documents: GraphQL texts by their sha256, shared by all processes. In Redis by default."""

from typing import Protocol

from stores.ports.pinger import Pinger


class Documents(Pinger, Protocol):
    """Documents that clients registered. `stores.domain.persisted_documents` has the bounds: how long and how many are
    kept. Implementations get the clock and the bounds as parameters. The caller has checked hashes and texts."""

    async def find(self, sha256: str) -> str | None:
        """The text of a document, None if it is not kept. This is a use of the document."""

    async def register(self, sha256: str, text: str, *, subject: str) -> bool:
        """Keep a document; in place of the one that was not used for the longest time, if there is no room.

        A document that is kept already is used, and costs the subject nothing. False, and nothing is kept, if the
        subject has registered as many new documents in this hour as it may.
        """
