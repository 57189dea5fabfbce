"""quadrangle token."""

from pathlib import Path

from gateway.embedded.folder import DataFolder
from gateway.http.auth.tokens import Tokens
from resolvers.viewer import Role, Viewer
from tests.e2e.command import quadrangle
from tests.gateway.cli.environment import SECRET


def test_a_token_is_signed_with_the_secret_of_the_environment() -> None:
    ended = quadrangle("token", "--sub", "t", "--role", "INSTRUCTOR", "--course", "a", "--course", "b", **SECRET)
    viewer = Tokens(secret=SECRET["GATEWAY_AUTH_SECRET"]).viewer_of(ended.stdout.strip())
    assert viewer.expires_at is not None
    teacher = Viewer(subject="t", role=Role.INSTRUCTOR, courses=frozenset({"a", "b"}), expires_at=viewer.expires_at)
    assert viewer == teacher


def test_a_token_is_signed_with_the_secret_of_a_data_folder(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.make()
    ended = quadrangle("token", "--sub", "demo-0001", "--data", tmp_path)
    assert Tokens(secret=folder.secret()).viewer_of(ended.stdout.strip()).subject == "demo-0001"
