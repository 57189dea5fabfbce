"""The trusted documents of a deployment."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedDocument:
    """A document that the deployment brings. `id` is what clients send; `name` and `kind` ("query", "mutation",
    "subscription") are those of its one operation. `source` is the file, or the id within its manifest."""

    id: str
    name: str
    kind: str
    text: str
    source: str


class TrustedDocuments:
    """Finds the trusted documents by their ids, and by the sha256 of their texts."""

    def __init__(self, documents: Iterable[TrustedDocument] = ()) -> None:
        self._listed = listed = list(documents)
        self._by_id = {hash_of(each.text): each for each in listed} | {each.id: each for each in listed}

    def __iter__(self) -> Iterator[TrustedDocument]:
        """The documents."""
        return iter(self._listed)

    def find(self, id: str) -> TrustedDocument | None:
        """The document of an id, None if it is not trusted."""
        return self._by_id.get(id)


def hash_of(text: str) -> str:
    """The sha256 of a document's text in UTF-8, in lower-case hexadecimal."""
    # A lone surrogate, which JSON can escape, has no UTF-8: such a text has a hash that no client sends.
    return sha256(text.encode(errors="surrogatepass")).hexdigest()
