"""The pages' documents fit the schema."""

import pytest
from graphql import parse, validate

from gateway.documents.trusted_documents import TrustedDocument
from gateway.documents.validation import limit_faults
from gateway.web.page_documents import page_documents
from resolvers.limits import Limits
from resolvers.strawberry_internals import core_schema
from tests.gateway.app_client import SCHEMA


@pytest.mark.parametrize("document", page_documents(), ids=lambda document: document.source)
def test_a_page_document_fits_schema_and_limits(document: TrustedDocument) -> None:
    assert validate(core_schema(SCHEMA), parse(document.text)) == []
    assert list(limit_faults(document.text, Limits(), document.source)) == []
