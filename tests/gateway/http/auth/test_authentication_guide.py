"""docs/authentication.md: the settings that it lists, and its examples."""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gateway.config.settings import Settings, read_settings, variables
from gateway.http.auth.configured import verification_of
from gateway.http.auth.refusals import Unauthenticated
from resolvers.viewer import Viewer
from tests.gateway.http.auth.issuer import claims, jwk_of, jwks_server, signed

GUIDE = Path("docs/authentication.md").read_text(encoding="utf-8")
SECRET = "a secret of the tests, 32 bytes or longer"
ISSUERS = ("Keycloak", "Auth0", "A Django platform")
BLOCK = re.compile(r"```(\w+)\n(.*?)```", re.DOTALL)


def blocks_of(issuer: str) -> Mapping[str, str]:
    """The blocks of an example: its settings (sh), a token's claims (json) and their viewer (text)."""
    section = GUIDE.split(f"\n## {issuer}\n")[1].split("\n## ")[0]
    blocks = BLOCK.findall(section)
    assert [kind for kind, _ in blocks] == ["sh", "json", "text"]
    return dict(blocks)


def settings_of(issuer: str, folder: Path, *, jwks_url: str) -> Settings:
    """The settings of an example, with a JWKS and a secret of the tests in place of the issuer's."""
    (folder / "secret").write_text(f"{SECRET}\n")
    given = dict(re.findall(r"^(\w+)='(.*)'$", blocks_of(issuer)["sh"], re.MULTILINE))
    if "GATEWAY_AUTH_JWKS_URL" in given:
        given["GATEWAY_AUTH_JWKS_URL"] = jwks_url
    if "GATEWAY_AUTH_SECRET_FILE" in given:
        given["GATEWAY_AUTH_SECRET_FILE"] = str(folder / "secret")
    return read_settings(given)


def shown(viewer: Viewer) -> str:
    courses, scopes = (" ".join(sorted(words)) or "-" for words in (viewer.courses, viewer.scopes))
    return f"{viewer.role.value} {viewer.subject} courses {courses} scopes {scopes}"


def token_of(payload: Mapping[str, Any], settings: Settings) -> str:
    """An issuer's token: these claims, and the times."""
    given = {**claims(sub=None, role=None), **payload}
    return signed(given, "HS256", key=SECRET) if settings.auth.secret else signed(given, kid="one")


@pytest.mark.parametrize("issuer", ISSUERS)
async def test_an_example_reads_the_token_of_its_issuer(issuer: str, tmp_path: Path) -> None:
    blocks = blocks_of(issuer)
    payload = json.loads(blocks["json"])
    async with jwks_server(jwk_of("RS256", kid="one", use="sig", alg="RS256")) as server:
        settings = settings_of(issuer, tmp_path, jwks_url=server.url)
        secret = settings.auth.secret
        verification = verification_of(
            settings.auth, settings.claims, secret=None if secret is None else secret.get_secret_value()
        )
        assert shown(await verification.viewer_of(token_of(payload, settings))) == blocks["text"].strip()
        forged: Mapping[str, list[dict[str, Any]]] = {
            "Keycloak": [{"typ": "ID"}, {"aud": "account"}, {"realm_access": {"roles": ["offline_access"]}}],
            "Auth0": [{"iss": "https://campus.eu.auth0.com"}, {"aud": "https://campus.eu.auth0.com/userinfo"}],
            "A Django platform": [{"token_type": "refresh"}, {"role": "ADMIN"}, {"user_id": None}],
        }
        for change in forged[issuer]:
            with pytest.raises(Unauthenticated):
                await verification.viewer_of(token_of(payload | change, settings))


def test_every_setting_is_in_the_guide() -> None:
    ours = [name for name in variables() if re.match(r"GATEWAY_(AUTH_|CLAIM_|ROLES|DEFAULT_ROLE)", name)]
    assert re.findall(r"^\| `(GATEWAY_\w+)`", GUIDE, re.MULTILINE) == ours


def test_the_defaults_are_those_of_the_settings() -> None:
    settings = read_settings({})
    listed = dict(re.findall(r"^\| `(GATEWAY_\w+)` \| `([^`]+)`", GUIDE, re.MULTILINE))
    assert listed == {
        "GATEWAY_AUTH_JWKS_REFRESH": f"{settings.auth.jwks_refresh.total_seconds():g}",
        "GATEWAY_AUTH_LEEWAY": f"{settings.auth.leeway.total_seconds():g}",
        "GATEWAY_AUTH_LONGEST_DAYS": f"{settings.auth.longest_days:g}",
        "GATEWAY_CLAIM_SUBJECT": settings.claims.subject,
        "GATEWAY_CLAIM_ROLE": settings.claims.role,
        "GATEWAY_CLAIM_COURSES": settings.claims.courses,
        "GATEWAY_CLAIM_SCOPES": settings.claims.scopes,
    }
