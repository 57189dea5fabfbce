"""The pages' documents fit the schema, and are served with those of a deployment."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from graphql import parse, validate

from gateway.config.settings import read_settings
from gateway.documents.trusted_documents import TrustedDocument
from gateway.documents.validation import limit_faults
from gateway.http.documents import persisted_documents
from gateway.runtime.clock import utc_now
from gateway.web.page_documents import page_documents
from resolvers.limits import Limits
from resolvers.strawberry_internals import core_schema
from tests.gateway.app_client import SCHEMA, TOKEN_ACCESS, TOKENS, app_client
from tests.resolvers import world


@pytest.mark.parametrize("document", page_documents(), ids=lambda document: document.source)
def test_a_page_document_fits_schema_and_limits(document: TrustedDocument) -> None:
    assert validate(core_schema(SCHEMA), parse(document.text)) == []
    assert list(limit_faults(document.text, Limits(), document.source)) == []


async def test_pages_work_where_only_trusted_documents_are_served(tmp_path: Path) -> None:
    (tmp_path / "theirs.graphql").write_text("query Theirs { storeHealth { store } }")
    settings = {"GATEWAY_DOCUMENTS": "trusted", "GATEWAY_DOCUMENTS_PATH": str(tmp_path)}
    [viewer] = [each for each in page_documents() if each.name == "CommonViewer"]
    token = TOKENS.mint(world.learner(world.ADA), now=utc_now(), valid_for=timedelta(hours=1))
    async with app_client(settings, access=TOKEN_ACCESS) as client:
        client.headers["Authorization"] = f"Bearer {token}"
        response = await client.post("/graphql", json={"documentId": viewer.id})
        refused = await client.post("/graphql", json={"query": "{ viewer { role } }"})
    assert "errors" not in response.json()
    assert refused.json()["errors"][0]["extensions"]["code"] == "UNTRUSTED_DOCUMENT"


async def test_a_document_of_the_deployment_comes_before_one_of_the_pages(tmp_path: Path) -> None:
    viewer = page_documents()[0]
    theirs = "query Theirs { storeHealth { store } }"
    manifest = {viewer.id: theirs}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    settings = read_settings({"GATEWAY_DOCUMENTS_PATH": str(tmp_path / "manifest.json")})
    found = persisted_documents(settings, SCHEMA).trusted.find(viewer.id)
    assert found is not None
    assert found.text == theirs
