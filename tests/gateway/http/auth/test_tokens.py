import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest

from gateway.http.auth.access import Access
from gateway.http.auth.tokens import Tokens, Unauthenticated
from resolvers.viewer import UNAUTHENTICATED, Role, Viewer

SECRET = "a secret of the tests, 32 bytes or longer"
TOKENS = Tokens(secret=SECRET)
HOUR = timedelta(hours=1)
TEACHER = Viewer(
    subject="teacher", role=Role.INSTRUCTOR, courses=frozenset({"course-v1:A+B+C", "x"}), scopes=frozenset({"s"})
)
CLAIMS = {"sub": "ada", "role": "LEARNER", "courses": [], "exp": 4_102_444_800}


def signed(claims: dict[str, Any], *, secret: str = SECRET, algorithm: str = "HS256") -> str:
    return jwt.encode(claims, secret, algorithm=algorithm)


def unsigned(header: bytes, payload: bytes) -> str:
    parts = (header, payload, b"not a signature")
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def test_a_minted_token_names_its_viewer() -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    expected = replace(TEACHER, expires_at=now + HOUR)
    assert TOKENS.viewer_of(TOKENS.mint(TEACHER, now=now, valid_for=HOUR)) == expected


def test_courses_and_scopes_are_optional() -> None:
    bare = {name: CLAIMS[name] for name in ("sub", "role", "exp")}
    expected = Viewer(subject="ada", role=Role.LEARNER, expires_at=datetime(2100, 1, 1, tzinfo=UTC))
    assert TOKENS.viewer_of(signed(bare)) == expected


def test_a_viewer_expires_with_the_token() -> None:
    viewer = TOKENS.viewer_of(signed(CLAIMS))
    assert viewer.expires_at is not None
    assert not viewer.expired(viewer.expires_at - timedelta(seconds=1))
    assert viewer.expired(viewer.expires_at)
    assert not TEACHER.expired(datetime.max.replace(tzinfo=UTC))


def test_an_expired_token_is_reported_as_such() -> None:
    token = TOKENS.mint(TEACHER, now=datetime.now(UTC) - 2 * HOUR, valid_for=HOUR)
    with pytest.raises(Unauthenticated, match="expired"):
        TOKENS.viewer_of(token)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "x",
        "a.b.c",
        "ü.ü.ü",
        signed(CLAIMS, secret="another secret that has 32 bytes or more"),
        signed(CLAIMS, algorithm="HS512", secret=SECRET * 2),
        unsigned(b'{"alg":"none"}', json.dumps(CLAIMS).encode()),
        unsigned(b"[" * 5_000 + b"]" * 5_000, b"{}"),
        unsigned(b'{"alg":"HS256"}', b"\xff\xfe"),
        signed({**CLAIMS, "sub": ""}),
        signed({**CLAIMS, "sub": "a\0b"}),
        signed({**CLAIMS, "role": "OWNER"}),
        signed({**CLAIMS, "role": ["ADMIN"]}),
        signed({**CLAIMS, "courses": "course-v1:A+B+C"}),
        signed({**CLAIMS, "courses": [1]}),
        signed({**CLAIMS, "exp": "tomorrow"}),
        signed({**CLAIMS, "exp": "4102444800"}),
        signed({**CLAIMS, "exp": 1e12}),
        signed({**CLAIMS, "exp": 1e300}),
        signed({**CLAIMS, "aud": "another service"}),
        *(
            signed({name: value for name, value in CLAIMS.items() if name != left_out})
            for left_out in ("sub", "role", "exp")
        ),
    ],
)
def test_other_tokens_are_refused(token: str) -> None:
    with pytest.raises(Unauthenticated, match="not valid"):
        TOKENS.viewer_of(token)


async def test_a_request_without_a_token_has_no_rights_or_is_anonymous() -> None:
    assert await Access(tokens=TOKENS).viewer(None, foreign=False) == UNAUTHENTICATED
    open_access = Access(tokens=TOKENS, anonymous_viewer=TEACHER)
    assert await open_access.viewer(None, foreign=False) == TEACHER
    assert await open_access.viewer(None, foreign=True) == UNAUTHENTICATED


async def test_a_bad_token_is_refused_although_none_is_required() -> None:
    with pytest.raises(Unauthenticated):
        await Access(tokens=TOKENS, anonymous_viewer=TEACHER).viewer("Bearer x", foreign=False)


@pytest.mark.parametrize("scheme", ["Basic", "Bearerx", "JWT"])
async def test_only_the_bearer_scheme_is_accepted(scheme: str) -> None:
    with pytest.raises(Unauthenticated, match="Bearer"):
        await Access(tokens=TOKENS).viewer(f"{scheme} {signed(CLAIMS)}", foreign=False)


async def test_the_scheme_is_case_insensitive() -> None:
    viewer = await Access(tokens=TOKENS).viewer(f"bEARER  {signed(CLAIMS)}", foreign=False)
    assert viewer.subject == "ada"


def test_the_secret_is_not_in_the_repr() -> None:
    assert SECRET not in repr(Access(tokens=TOKENS))
