"""The documents that a schema has parsed, by their text. Long ones are not kept: they take too much memory.

What leaves the cache is freed at once: entries are old, and cycles among old objects wait for a full garbage
collection.
"""

from collections import OrderedDict

from graphql import GraphQLSchema, parse

from resolvers.documents.document import Document
from resolvers.execution.graphql_internals import unlink_tokens

LONGEST_CACHED = 10_000
"""Characters. A parsed document takes about a hundred times its text."""
MOST_DOCUMENTS = 1_000
MOST_CHARACTERS = 1_280_000
"""Of all texts in the cache."""
Key = tuple[str, int | None]


class DocumentCache:
    """The documents that were used last, by their text and the most tokens that they may have."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._documents: OrderedDict[Key, Document] = OrderedDict()  # the least recently used first
        self._characters = 0

    def find(self, text: str, most_tokens: int | None) -> Document | None:
        """The document of a text that was parsed before."""
        key = (text, most_tokens)
        found = self._documents.get(key)
        if found is not None:
            self._documents.move_to_end(key)
        return found

    def parsed(self, text: str, most_tokens: int | None) -> Document:
        """The document of a text. Raises GraphQLSyntaxError, also beyond the given number of tokens."""
        if (found := self.find(text, most_tokens)) is not None:
            return found
        node = parse(text, max_tokens=most_tokens)
        unlink_tokens(node)
        document = Document(self._schema, node)
        if len(text) <= LONGEST_CACHED:
            self._documents[text, most_tokens] = document
            self._characters += len(text)
            self._evict()
        return document

    def _evict(self) -> None:
        while len(self._documents) > MOST_DOCUMENTS or self._characters > MOST_CHARACTERS:
            (text, _), _ = self._documents.popitem(last=False)
            self._characters -= len(text)
