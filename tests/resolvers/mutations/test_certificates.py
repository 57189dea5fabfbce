"""revokeCertificate."""

from datetime import timedelta
from typing import Any

import pytest
from strawberry.relay import from_base64

from resolvers.types.scalars import show_time
from resolvers.viewer import Viewer
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA
from tests.resolvers.school import IN_ALGEBRA, School, service, uuid

REVOKE = """mutation ($input: RevokeCertificateInput!) { revokeCertificate(input: $input) {
  enrollment { state certificate { issuedAt revokedAt } } errors { code path } } }"""


def faults(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["code"], ".".join(error["path"])) for error in payload["errors"]]


async def test_a_certificate_is_revoked_once(school: School) -> None:
    key = world.registration(world.BOTANY, 0)
    given = {"registration": str(key), "reason": "a mistake"}
    payload = await school.write(REVOKE, given)
    issued = show_time(world.NOW - timedelta(days=1))
    certificate = {"issuedAt": issued, "revokedAt": show_time(world.NOW)}
    assert payload == {"enrollment": {"state": "COMPLETED", "certificate": certificate}, "errors": []}
    assert await school.write(REVOKE, {**given, "reason": "another"}) == payload
    assert (await school.stores.progress.certificates([key]))[key].revoked_because == "a mistake"


@pytest.mark.parametrize(
    ("given", "viewer", "fault"),
    [
        ({"registration": IN_ALGEBRA}, world.admin(), ("NOT_FOUND", "input.registration")),
        ({"registration": uuid(99)}, world.admin(), ("NOT_FOUND", "input.registration")),
        ({"reason": " "}, world.admin(), ("BAD_USER_INPUT", "input.reason")),
        ({"reason": "x" * 1001}, world.admin(), ("BAD_USER_INPUT", "input.reason")),
        ({}, world.learner(), ("FORBIDDEN", "input")),
        ({}, world.instructor(world.BOTANY), ("FORBIDDEN", "input")),
        ({}, service("events:write"), ("FORBIDDEN", "input")),
    ],
)
async def test_faults_revoke_nothing(school: School, given: Any, viewer: Viewer, fault: Any) -> None:
    key = world.registration(world.BOTANY, 0)
    payload = await school.write(REVOKE, {"registration": str(key), "reason": "x", **given}, viewer)
    assert (payload["enrollment"], faults(payload)) == (None, [fault])
    assert (await school.stores.progress.certificates([key]))[key].revoked_at is None


CERTIFICATE = """{ certificate { id registration basis revokedAt revocationReason } }"""
READERS = [world.learner(), world.instructor(world.BOTANY), world.admin()]


@pytest.mark.parametrize("viewer", READERS, ids=[viewer.role.value for viewer in READERS])
async def test_the_learner_instructors_and_admins_read_why_it_was_revoked(school: School, viewer: Viewer) -> None:
    key = world.registration(world.BOTANY, 0)
    query = f'{{ enrollment(registration: "{key}") {CERTIFICATE} }}'
    peer = world.peer_of(school.stores, viewer, trace=False)
    before = await SCHEMA.execute(query, context_value=peer)
    assert before.data is not None
    issued = before.data["enrollment"]["certificate"]
    assert (issued["basis"], issued["revokedAt"], issued["revocationReason"]) == ("ASSESSMENT", None, None)
    assert from_base64(issued["id"]) == ("Certificate", str(key))

    await school.write(REVOKE, {"registration": str(key), "reason": "a mistake"})
    after = await SCHEMA.execute(query, context_value=peer)
    assert after.data is not None
    revoked = {"revokedAt": show_time(world.NOW), "revocationReason": "a mistake"}
    assert after.data["enrollment"]["certificate"] == issued | revoked
