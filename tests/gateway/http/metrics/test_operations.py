"""Operations in the metrics: by name, type, role and outcome, with their store calls."""

from gateway.web.page_documents import page_documents
from stores.errors import Unavailable
from stores.memory.catalog import MemoryCatalog
from tests.gateway.app_client import TOKEN_ACCESS, bearer
from tests.gateway.http.bounds.raw_client import connected, post
from tests.gateway.http.bounds.slow_operations import READ, StalledCatalog, Write, slow_schema, within
from tests.gateway.http.metrics.measured_gateway import MeasuredGateway, measured_gateway
from tests.resolvers import world

COURSES = "{ courses(first: 10) { edges { node { title } } } }"
PAGE = {"store": "catalog", "call": "page"}
OPERATION = {"operation": "other", "type": "query", "role": "ADMIN", "outcome": "ok"}


class FailingCatalog(MemoryCatalog):
    async def page(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        raise Unavailable("catalog", "no connection")


async def count(gateway: MeasuredGateway, **labels: str) -> float:
    """How many operations with these labels have ended; of others those of OPERATION."""
    return await gateway.value("operations_total", **OPERATION | labels)


async def test_an_operation_counts_with_its_role_its_time_and_its_store_calls() -> None:
    async with measured_gateway() as gateway:
        before = await gateway.scrape()
        assert before.value("operations_total", **OPERATION) == 0
        assert not before.has("store_batches_total", **PAGE)
        await gateway.post(COURSES)
        after = await gateway.scrape()
        assert after.value("operations_total", **OPERATION) == 1
        assert after.value("operation_seconds_count", operation="other", type="query") == 1
        assert after.value("store_batches_total", **PAGE) == 1
        assert after.value("store_batch_seconds_count", **PAGE) == 1
        assert after.value("store_batch_keys_sum", **PAGE) == 1
        assert after.value("store_calls_in_flight", store="catalog", **{"class": "reads"}) == 0


async def test_the_role_is_the_viewers() -> None:
    async with measured_gateway(access=TOKEN_ACCESS) as gateway:
        await gateway.post("{ __typename }", headers=bearer(world.learner()))
        assert await count(gateway, role="LEARNER") == 1
        await gateway.post("{ storeHealth { store state } }")
        assert await count(gateway, role="NONE") == 1


async def test_a_name_counts_only_if_it_is_that_of_a_trusted_document() -> None:
    document = next(each for each in page_documents() if each.name == "CommonStoreStates")
    async with measured_gateway() as gateway:
        await gateway.post(f"query {document.name} {{ __typename }}")
        assert (await count(gateway), await count(gateway, operation=document.name)) == (1, 0)
        await gateway.client.post("/graphql", json={"documentId": document.id})
        assert (await count(gateway), await count(gateway, operation=document.name)) == (1, 1)


async def test_nothing_of_a_request_or_its_data_is_in_the_metrics() -> None:
    marked = "canary"
    viewer = world.learner(f"{marked}-learner")
    query = f"""query {marked} ($name: String) {{ {marked}: me {{ id }} course(key: "{marked}") {{ title }}
        learner(learnerId: "{marked}-learner") {{ displayName }} {marked}2: __typename @include(if: $name) }}"""
    async with measured_gateway(access=TOKEN_ACCESS) as gateway:
        headers = {**bearer(viewer), "X-Request-ID": marked, "User-Agent": marked}
        body = {"query": query, "operationName": marked, "variables": {"name": marked}}
        await gateway.client.post("/graphql", json=body, headers=headers)
        await gateway.post(f"{{ {marked}: me {{ id }} }}", headers=headers)
        await gateway.client.post("/graphql", json={"documentId": marked}, headers=headers)
        await gateway.post("{ me { id } }", headers={"Authorization": f"Bearer {marked}"})
        await gateway.client.get(f"/{marked}", headers=headers)
        await gateway.listener.get(f"/{marked}")
        assert await count(gateway, role="LEARNER") == 1
        text = (await gateway.listener.get("/metrics")).text
        assert marked not in text
        assert bearer(viewer)["Authorization"].removeprefix("Bearer ") not in text


async def test_errors_are_outcomes_of_their_own() -> None:
    async with measured_gateway(catalog=FailingCatalog()) as gateway:
        await gateway.post("{ nope }")
        assert await count(gateway, outcome="error") == 1
        await gateway.post("query A { __typename } query B { __typename }")
        assert await count(gateway, type="invalid", outcome="error") == 1
        failed = {"store": "catalog", "code": "STORE_UNAVAILABLE"}
        assert await gateway.value("store_errors_total", **failed) == 0
        answer = await gateway.post("{ __typename courses(first: 10) { edges { node { title } } } }")
        assert answer["data"] is None or answer["data"]["courses"] is None
        assert await count(gateway, outcome="partial") == 1
        assert await gateway.value("store_errors_total", **failed) == 1


async def test_operations_that_take_too_long_or_lose_their_client_are_told_apart() -> None:
    catalog = StalledCatalog()
    settings = {"GATEWAY_DEADLINE_CATALOG": "60"}
    async with measured_gateway(settings, schema=slow_schema(Write()), catalog=catalog) as gateway:
        await gateway.post(READ, headers={"X-Request-Timeout": "0.05"})
        assert await count(gateway, outcome="timeout") == 1
        for known in (1, 2):  # a document that is known runs in another way
            catalog.begun.clear()
            catalog.cancelled.clear()
            async with connected(gateway.gateway) as client:
                await client.send(post(b'{"query": "{ title }"}'))
                await within(catalog.begun)
                assert await gateway.value("operations_running") == 1
            await within(catalog.cancelled)
            assert await count(gateway, outcome="cancelled") == known
