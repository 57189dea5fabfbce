"""quadrangle token."""

from pathlib import Path

from gateway.embedded.folder import DataFolder
from gateway.http.auth.configured import verification_by
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
