"""Which document a request runs: its own text, a registered document (APQ), or a trusted one.

Automatic persisted queries (APQ) follow Apollo's protocol (github.com/apollographql/apollo-link-persisted-queries):
`extensions.persistedQuery` has `version` 1 and `sha256Hash`. `documentId` follows the draft of GraphQL over HTTP on
persisted documents; `sha256:` may precede a hash.
"""

import re
from dataclasses import dataclass, replace

from strawberry import Schema

from gateway.config.settings import Settings
from gateway.documents.read_documents import read_documents
from gateway.documents.registered_documents import RegisteredDocuments
from gateway.documents.trusted_documents import TrustedDocuments, hash_of
from gateway.http.graphql_request import GraphQLRequest
from gateway.http.refusal import RequestRefused
from gateway.runtime.errors import CommandError
from gateway.web.page_documents import page_documents
from resolvers import permissions
from resolvers.context import Peer
from resolvers.error_codes import ErrorCode
from resolvers.strawberry_internals import core_schema

APQ_VERSION = 1
PATH_VARIABLE = "GATEWAY_DOCUMENTS_PATH"
SHA256 = re.compile(r"[0-9a-f]{64}")
NOT_FOUND = "PersistedQueryNotFound"
"""urql and older Apollo Clients know the error by its message."""
NOT_SUPPORTED = "PersistedQueryNotSupported"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersistedDocuments:
    """Finds the documents of requests. `registered` is None in trusted mode: only ADMIN may send a text then."""

    trusted: TrustedDocuments
    registered: RegisteredDocuments | None

    async def resolve(self, peer: Peer, request: GraphQLRequest) -> GraphQLRequest:
        """The request with the text of its document. Raises `RequestRefused`."""
        if apq_version(request) != APQ_VERSION:
            raise RequestRefused(ErrorCode.PERSISTED_QUERY_NOT_SUPPORTED, NOT_SUPPORTED, status=200)
        if (id := request.document_id) is None:
            self._check_text_allowed(peer, request)
            return request
        if (trusted := self.trusted.find(id)) is not None:
            if request.query and request.query != trusted.text:
                raise mismatch()
            return replace(request, query=trusted.text, trusted_name=trusted.name)
        if request.query:
            self._check_text_allowed(peer, request)
            if hash_of(request.query) != id:
                raise mismatch()
            return replace(request, registers=self.registered is not None and peer.viewer.authenticated)
        text = None
        if self.registered is not None and SHA256.fullmatch(id):
            text = await self.registered.find(peer, id)
        if text is None:
            raise RequestRefused(ErrorCode.PERSISTED_QUERY_NOT_FOUND, NOT_FOUND, status=200)
        return replace(request, query=text)

    async def validated(self, peer: Peer, request: GraphQLRequest) -> None:
        """Register the document of a request that came with its hash, now that it has turned out to be valid."""
        if request.registers and self.registered is not None and request.query and request.document_id:
            await self.registered.register(peer, request.document_id, request.query)

    def _check_text_allowed(self, peer: Peer, request: GraphQLRequest) -> None:
        if request.query and self.registered is None and not permissions.may_send_text(peer.viewer):
            raise RequestRefused(
                ErrorCode.UNTRUSTED_DOCUMENT, "only trusted documents are served: send the id of one", status=200
            )


def persisted_documents(settings: Settings, schema: Schema) -> PersistedDocuments:
    """The documents that the settings ask for. Raises `CommandError` with a line for each bad trusted document."""
    path, mode = settings.documents.path, settings.documents.mode
    if path is None and mode == "trusted":
        raise CommandError(
            f"GATEWAY_DOCUMENTS=trusted needs {PATH_VARIABLE}: a manifest, or a folder of .graphql files"
        )
    trusted = page_documents()
    if path is not None:
        try:
            trusted += read_documents(path, core_schema(schema), settings.limits.of_peers())
        except CommandError as error:
            raise CommandError(*(f"{PATH_VARIABLE}: {line}" for line in error.lines)) from None
    registered = RegisteredDocuments() if mode == "open" else None
    return PersistedDocuments(trusted=TrustedDocuments(trusted), registered=registered)


def apq_version(request: GraphQLRequest) -> object:
    """The version of the APQ protocol that a request uses."""
    persisted_query = (request.extensions or {}).get("persistedQuery") or {}
    return persisted_query.get("version", APQ_VERSION)


def mismatch() -> RequestRefused:
    """The refusal of a text that is not the one of the given id."""
    return RequestRefused(ErrorCode.BAD_REQUEST, "the text of the document does not fit its id")
