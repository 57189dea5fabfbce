"""What the documents of the dashboard cost: store calls of one page view."""

import pytest

from gateway.web.page_documents import page_documents
from tests.gateway.app_client import app_client
from tests.resolvers import world

DOCUMENTS = {document.name: document.id for document in page_documents()}
ORDERED = {"orderBy": {"field": "COMPLETION", "direction": "DESC"}, "filter": {"completionBelow": 0.99}}


@pytest.mark.parametrize("more", [{}, ORDERED, {"state": ["ACTIVE"]}], ids=["all", "filtered", "active"])
async def test_the_rows_of_the_dashboard_cost_five_store_calls(more: dict[str, object]) -> None:
    body = {"documentId": DOCUMENTS["DashboardRows"], "variables": {"course": world.ALGEBRA, **more}}
    async with app_client() as client:
        answer = (await client.post("/graphql", json=body, headers={"X-Gateway-Trace": "stores"})).json()
    assert "errors" not in answer
    assert answer["data"]["enrollments"]["edges"]
    assert answer["extensions"]["stores"]["calls"] == 5
