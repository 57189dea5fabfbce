"""verifyCertificate: public facts, and one answer for every code that has no certificate."""

from dataclasses import replace
from typing import Any

import pytest

from resolvers.types.scalars import show_time
from resolvers.viewer import UNAUTHENTICATED, Role, Viewer
from stores.errors import Unavailable
from stores.ports.stores import Stores
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA, BrokenStore

QUERY = """query ($code: String!) { verifyCertificate(code: $code) {
  courseTitle learnerName issuedAt revokedAt basis } }"""
IN_BOTANY = world.registration(world.BOTANY, 0)
CODE = "code-0"
FACTS = {
    "courseTitle": "Botany",
    "learnerName": "Ada",
    "issuedAt": "2026-03-29T12:00:00.000Z",
    "revokedAt": None,
    "basis": "ASSESSMENT",
}
ALL = [UNAUTHENTICATED, *(Viewer(subject="somebody", role=role) for role in Role)]


async def verify(stores: Stores, code: str, viewer: Viewer = UNAUTHENTICATED) -> Any:
    peer = world.peer_of(stores, viewer, trace=False)
    return await SCHEMA.execute(QUERY, variable_values={"code": code}, context_value=peer)


@pytest.mark.parametrize("viewer", ALL, ids=lambda viewer: f"{viewer.role.value}-{viewer.authenticated}")
async def test_everybody_who_has_the_code_reads_the_facts(viewer: Viewer) -> None:
    result = await verify(await world.open_school(), CODE, viewer)
    assert (result.data, result.errors) == ({"verifyCertificate": FACTS}, None)


@pytest.mark.parametrize("viewer", [UNAUTHENTICATED, world.admin()], ids=["no token", "ADMIN"])
async def test_codes_without_a_certificate_have_one_answer(viewer: Viewer) -> None:
    stores = await world.open_school()
    for code in ["code-9", "CODE-0", "code-0 ", "", "\0", "\ud800", "%", "x" * 1_000_000, str(IN_BOTANY)]:
        result = await verify(stores, code, viewer)
        assert (result.data, result.errors) == ({"verifyCertificate": None}, None)


async def test_a_revoked_certificate_says_when_but_not_why() -> None:
    stores = await world.open_school()
    await stores.progress.revoke(IN_BOTANY, at=world.NOW, because="plagiarism")
    result = await verify(stores, CODE)
    assert result.data == {"verifyCertificate": FACTS | {"revokedAt": show_time(world.NOW)}}
    assert "plagiarism" not in str(result)


@pytest.mark.parametrize(
    ("down", "answer", "paths"),
    [
        ("profiles", FACTS | {"learnerName": None}, [["verifyCertificate", "learnerName"]]),
        ("catalog", None, [["verifyCertificate"]]),
        ("progress", None, [["verifyCertificate"]]),
    ],
)
async def test_a_store_that_is_down_costs_its_own_facts(down: str, answer: Any, paths: Any) -> None:
    stores = await world.open_school()
    broken = BrokenStore(lambda: Unavailable(down, "refused"))
    result = await verify(replace(stores, **{down: broken}), CODE)
    assert result.data == {"verifyCertificate": answer}
    assert [(error.path, (error.extensions or {})["code"]) for error in result.errors or []] == [
        (path, "STORE_UNAVAILABLE") for path in paths
    ]


async def test_many_codes_are_verified_in_one_call_of_each_store() -> None:
    fields = "learnerName courseTitle basis"
    query = " ".join(f'c{number}: verifyCertificate(code: "code-{number}") {{ {fields} }}' for number in range(20))
    result = await SCHEMA.execute(
        f"{{ {query} }}", context_value=world.peer_of(await world.open_school(), world.admin())
    )
    batches = (result.extensions or {})["stores"]["batches"]
    calls = [(batch["store"], batch["call"]) for batch in batches]
    progress = [("progress", "certificates_by_code"), ("progress", "by_registrations")]
    assert calls == [*progress, ("catalog", "versions"), ("profiles", "by_ids")]
