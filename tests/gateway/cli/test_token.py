"""quadrangle token."""

from pathlib import Path

from gateway.config.groups.auth import AuthSettings
from gateway.config.groups.claims import ClaimsSettings
from gateway.embedded.folder import DataFolder
from gateway.http.auth.configured import verification_by, verification_of
from resolvers.viewer import Role, Viewer
from tests.e2e.command import quadrangle
from tests.gateway.cli.environment import SECRET


async def test_a_token_is_signed_with_the_secret_of_the_environment() -> None:
    ended = quadrangle("token", "--sub", "t", "--role", "INSTRUCTOR", "--course", "a", "--course", "b", **SECRET)
    viewer = await verification_by(SECRET["GATEWAY_AUTH_SECRET"]).viewer_of(ended.stdout.strip())
    assert viewer.expires_at is not None
    teacher = Viewer(subject="t", role=Role.INSTRUCTOR, courses=frozenset({"a", "b"}), expires_at=viewer.expires_at)
    assert viewer == teacher
    assert viewer.token is not None
    assert viewer.token.id
    assert viewer.token.issued_at


async def test_a_token_is_signed_with_the_secret_of_a_data_folder(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.make()
    ended = quadrangle("token", "--sub", "demo-0001", "--data", tmp_path)
    viewer = await verification_by(folder.secret()).viewer_of(ended.stdout.strip())
    assert viewer.subject == "demo-0001"


async def test_a_token_has_the_issuer_and_the_audience_of_the_settings() -> None:
    named = {"GATEWAY_AUTH_ISSUER": "https://login.example.org", "GATEWAY_AUTH_AUDIENCE": "gateway,other"}
    ended = quadrangle("token", "--sub", "t", **SECRET, **named)
    settings = AuthSettings(issuer=named["GATEWAY_AUTH_ISSUER"], audience=("gateway",))
    verification = verification_of(settings, ClaimsSettings(), secret=SECRET["GATEWAY_AUTH_SECRET"])
    assert (await verification.viewer_of(ended.stdout.strip())).subject == "t"


def test_a_token_that_serve_would_refuse_is_not_signed() -> None:
    ended = quadrangle("token", "--sub", "t", "--valid-for", "31d", **SECRET)
    line = "quadrangle: --valid-for: a token may live for 30 days (GATEWAY_AUTH_LONGEST_DAYS)\n"
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", line)
    ended = quadrangle("token", "--sub", "t", **SECRET, GATEWAY_CLAIM_ROLE="/roles")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "GATEWAY_CLAIM_*" in ended.stderr
