"""Which tokens are accepted, and what the log says of the others."""

import base64
import json
import logging
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from gateway.config.groups.auth import AuthSettings
from gateway.config.groups.claims import ClaimsSettings
from gateway.http.auth.access import Access
from gateway.http.auth.configured import verification_by, verification_of
from gateway.http.auth.refusals import LINES, RefusalLog, RefusalReason, Unauthenticated
from gateway.http.auth.tokens import Tokens
from gateway.http.auth.verification import CACHED_TOKENS
from resolvers.viewer import UNAUTHENTICATED, Role, Viewer
from tests.gateway.http.auth.issuer import claims, signed

SECRET = "a secret of the tests, 32 bytes or longer"
VERIFICATION = verification_by(SECRET)
HOUR = timedelta(hours=1)
TEACHER = Viewer(
    subject="teacher", role=Role.INSTRUCTOR, courses=frozenset({"course-v1:A+B+C", "x"}), scopes=frozenset({"s"})
)


def shared(payload: dict[str, Any], *, secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(payload, secret, algorithm=algorithm)


def unrevoked(viewer: Viewer) -> bool:
    return False


def encoded(part: bytes) -> str:
    return base64.urlsafe_b64encode(part).decode().rstrip("=")


def unsigned(header: bytes, payload: bytes, signature: bytes = b"not a signature") -> str:
    return ".".join(map(encoded, (header, payload, signature)))


def reason_in(caplog: pytest.LogCaptureFixture) -> str:
    return str(caplog.records[-1].__dict__["reason"])


async def test_a_minted_token_names_its_viewer() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    viewer = await VERIFICATION.viewer_of(Tokens(secret=SECRET).mint(TEACHER, now=now, valid_for=HOUR))
    assert viewer == replace(TEACHER, expires_at=now + HOUR)
    assert viewer.token is not None
    assert viewer.token.issued_at == now
    assert len(viewer.token.id or "") == 32


async def test_a_viewer_expires_with_the_token() -> None:
    viewer = await VERIFICATION.viewer_of(shared(claims()))
    assert viewer.expires_at is not None
    assert not viewer.expired(viewer.expires_at - timedelta(seconds=1))
    assert viewer.expired(viewer.expires_at)
    assert not TEACHER.expired(datetime.max.replace(tzinfo=UTC))


NOW = int(datetime.now(UTC).timestamp())


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        ("", "malformed"),
        ("x", "malformed"),
        ("a.b.c", "malformed"),
        ("ü.ü.ü", "malformed"),
        ("\ud800", "malformed"),
        (shared(claims(), secret="another secret that has 32 bytes or more"), "signature"),
        (shared(claims(), algorithm="HS512", secret=SECRET * 2), "algorithm"),
        (unsigned(b'{"alg":"none"}', json.dumps(claims()).encode()), "algorithm"),
        (unsigned(b'{"alg":"none"}', json.dumps(claims()).encode(), b""), "algorithm"),
        (unsigned(b'{"alg":["HS256"]}', b"{}"), "algorithm"),
        (unsigned(b"[" * 5_000 + b"]" * 5_000, b"{}"), "malformed"),
        (unsigned(b'{"alg":"HS256"}', b"\xff\xfe"), "signature"),
        (jwt.encode(claims(), SECRET, headers={"crit": ["unknown"], "unknown": 1}), "malformed"),
        (shared(claims(exp=NOW - 60)), "expired"),
        (shared(claims(nbf=NOW + 7_200)), "not valid yet"),
        (shared(claims(iat=NOW + 7_200)), "not valid yet"),
        (shared(claims(sub="")), "subject is missing or malformed"),
        (shared(claims(sub="a\0b")), "subject is missing or malformed"),
        (shared(claims(sub="half a pair: \ud800")), "subject is missing or malformed"),
        (shared(claims(courses=["\ud800"])), "courses is malformed"),
        (shared(claims(sub=None)), "subject is missing or malformed"),
        (shared(claims(sub=True)), "subject is missing or malformed"),
        (shared(claims(role="OWNER")), "role is missing or unknown"),
        (shared(claims(role=["OWNER"])), "role is missing or unknown"),
        (shared(claims(role=None)), "role is missing or unknown"),
        (shared(claims(role={"ADMIN": 1})), "role is malformed"),
        (shared(claims(courses=[1])), "courses is malformed"),
        (shared(claims(courses={"a": "b"})), "courses is malformed"),
        (shared(claims(scopes=[["events:write"]])), "scopes is malformed"),
        (shared(claims(jti=1)), "jti is malformed"),
        (shared(claims(iat="1")), "iat is malformed"),
        (shared(claims(exp=None)), "a claim is missing"),
        (shared(claims(exp="tomorrow")), "malformed"),
        (shared(claims(exp="4102444800")), "exp is malformed"),
        (shared(claims(exp=1e300)), "exp is malformed"),
        (shared(claims(exp=NOW + 31 * 86_400)), "lives too long"),
        (shared(claims(exp=NOW + 31 * 86_400, iat=None)), "lives too long"),
        (shared(claims(aud="another service")), "audience"),
    ],
)
async def test_other_tokens_are_refused(token: str, reason: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "quadrangle.auth")
    with pytest.raises(Unauthenticated, match=r"^the token is not valid$"):
        await verification_by(SECRET).viewer_of(token)
    assert reason_in(caplog) == reason
    assert "secret" not in caplog.text


async def test_issuer_and_audience_must_be_those_of_the_settings() -> None:
    settings = AuthSettings(issuer="https://login.example", audience=("quadrangle", "other"))
    verification = verification_of(settings, ClaimsSettings(), secret=SECRET)
    for audience in ("quadrangle", ["account", "other"]):
        token = shared(claims(iss="https://login.example", aud=audience))
        assert (await verification.viewer_of(token)).subject == "ada"
    for wrong in (
        {"iss": "https://login.example"},
        {"iss": "https://login.example", "aud": "account"},
        {"iss": "https://login.example/", "aud": "quadrangle"},
        {"aud": "quadrangle"},
    ):
        with pytest.raises(Unauthenticated):
            await verification.viewer_of(shared(claims(**wrong)))


async def test_the_leeway_is_a_setting() -> None:
    late = shared(claims(exp=int(datetime.now(UTC).timestamp()) - 30))
    with pytest.raises(Unauthenticated):
        await VERIFICATION.viewer_of(late)
    patient = verification_of(AuthSettings(leeway=timedelta(minutes=1)), ClaimsSettings(), secret=SECRET)
    assert (await patient.viewer_of(late)).subject == "ada"


async def test_the_cache_is_bounded_and_ends_with_the_token() -> None:
    now = datetime.now(UTC)
    times = [now]
    verification = verification_of(AuthSettings(), ClaimsSettings(), secret=SECRET, now=lambda: times[0])
    token = shared(claims())
    assert await verification.viewer_of(token) is await verification.viewer_of(token)
    first = await verification.viewer_of(token)
    times[0] = now + HOUR
    assert await verification.viewer_of(token) is not first, "by this clock it has expired: it is verified again"
    for number in range(CACHED_TOKENS + 10):
        await verification.viewer_of(shared(claims(sub=str(number))))
    assert len(verification._verified) == CACHED_TOKENS
    assert all(isinstance(each, bytes) and len(each) == 32 for each in verification._verified)


async def test_the_log_names_the_reason_and_the_key_but_not_the_token(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "quadrangle.auth")
    token = signed(claims(sub="someone"), kid="k\n1" + "x" * 1_000)
    with pytest.raises(Unauthenticated):
        await VERIFICATION.viewer_of(token)
    (record,) = caplog.records
    assert record.message == "token refused"
    shown = {name: record.__dict__[name] for name in ("reason", "key_id", "left_out")}
    assert shown == {"reason": "unknown key", "key_id": "k?1" + "x" * 61, "left_out": 0}
    assert not any(part in repr(record.__dict__) for part in [*token.split("."), "someone"])


def test_refused_tokens_are_logged_at_a_bounded_rate(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "quadrangle.auth")
    times = [0.0]
    log = RefusalLog(clock=lambda: times[0])
    for _ in range(1_000):
        log.write(RefusalReason.SIGNATURE)
    assert len(caplog.records) == LINES
    times[0] = 10.0
    log.write(RefusalReason.SIGNATURE)
    assert caplog.records[-1].__dict__["left_out"] == 1_000 - LINES


async def test_a_request_without_a_token_has_no_rights_or_is_anonymous() -> None:
    assert await Access(verification=VERIFICATION).viewer(None, foreign=False, revoked=unrevoked) == UNAUTHENTICATED
    open_access = Access(verification=VERIFICATION, anonymous_viewer=TEACHER)
    assert await open_access.viewer(None, foreign=False, revoked=unrevoked) == TEACHER
    assert await open_access.viewer(None, foreign=True, revoked=unrevoked) == UNAUTHENTICATED


async def test_a_bad_token_is_refused_although_none_is_required() -> None:
    with pytest.raises(Unauthenticated):
        await Access(verification=VERIFICATION, anonymous_viewer=TEACHER).viewer(
            "Bearer x", foreign=False, revoked=unrevoked
        )


@pytest.mark.parametrize("scheme", ["Basic", "Bearerx", "JWT"])
async def test_only_the_bearer_scheme_is_accepted(scheme: str) -> None:
    with pytest.raises(Unauthenticated, match=r"^the token is not valid$"):
        await Access(verification=VERIFICATION).viewer(f"{scheme} {shared(claims())}", foreign=False, revoked=unrevoked)


async def test_the_scheme_is_case_insensitive() -> None:
    viewer = await Access(verification=VERIFICATION).viewer(
        f"bEARER  {shared(claims())}", foreign=False, revoked=unrevoked
    )
    assert viewer.subject == "ada"


def test_the_secret_is_not_in_the_repr() -> None:
    settings = AuthSettings.model_validate({"secret": SECRET, "previous_secret": SECRET})
    shown = repr([Access(verification=VERIFICATION), Tokens(secret=SECRET), settings])
    assert SECRET not in shown
    assert encoded(SECRET.encode()) not in shown
