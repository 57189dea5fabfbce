"""A missing or wrong password is reported as such, not as a server that cannot be reached."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from urllib.parse import urlsplit

import pytest
from pymongo.errors import OperationFailure

from stores.errors import Fault, Unavailable
from stores.influx.client import open_influx
from stores.mongo.catalog import MongoCatalog
from stores.mongo.client import open_mongo
from stores.mongo.client import translate_errors as translated_mongo
from stores.mongo.course_cache import CourseCache
from stores.mongo.profiles import MongoProfiles
from stores.redis.client import open_redis
from stores.redis.live import RedisLive
from stores.sql.core.pool import open_pool
from stores.sql.progress.progress import SqlProgress
from tests.backends import Servers, missing

WRONG = "refuses the user or the password"
NONE = "a password is required"


@contextmanager
def refused(text: str, fault: Fault = Fault.BAD_CREDENTIALS) -> Iterator[None]:
    """The block raises `Unavailable` with this text and this reason."""
    with pytest.raises(Unavailable, match=text) as raised:
        yield
    assert raised.value.fault is fault


def with_login(url: str, login: str) -> str:
    """The URL with other credentials, "" for none."""
    parts = urlsplit(url)
    if parts.password is None:
        missing("the server that the environment names asks for no password")
    return parts._replace(netloc=f"{login}{'@' if login else ''}{parts.netloc.rpartition('@')[2]}").geturl()


@pytest.mark.parametrize("login", ["quadrangle", "quadrangle:wrong", "stranger:wrong"])
async def test_sql_without_the_right_password(servers: Servers, login: str) -> None:
    async with open_pool(with_login(servers.sql_url, login), size=1) as pool:
        with refused(WRONG):
            await SqlProgress(pool).ping()


async def test_sql_with_an_unknown_database(servers: Servers) -> None:
    async with open_pool(urlsplit(servers.sql_url)._replace(path="/unknown").geturl(), size=1) as pool:
        with refused("there is no database of this name", Fault.NO_DATABASE):
            await SqlProgress(pool).ping()


@pytest.mark.parametrize("login", ["", "default:wrong", "stranger:wrong"])
async def test_redis_without_the_right_password(servers: Servers, login: str) -> None:
    async with open_redis(with_login(servers.redis_url, login)) as client:
        with refused(WRONG if login else NONE):
            await RedisLive(client).ping()


@pytest.mark.parametrize("login", ["", "quadrangle:wrong", "stranger:wrong"])
async def test_influxdb_without_the_right_password(servers: Servers, login: str) -> None:
    url = servers.influx_url or missing("InfluxDB: there is no influxd")
    async with open_influx(with_login(url, login)) as influx:
        with refused("refuses the credentials"):
            await influx.ping()


@pytest.mark.parametrize(("code", "text"), [(13, NONE), (18, WRONG)])  # Unauthorized, AuthenticationFailed
async def test_mongodb_without_the_right_password(code: int, text: str) -> None:
    with refused(text), translated_mongo("profiles"):
        raise OperationFailure("requires authentication", code=code)


@pytest.mark.parametrize("login", ["", "quadrangle:wrong", "stranger:wrong"])
async def test_mongodb_without_a_login(servers: Servers, login: str) -> None:
    """MongoDB answers its command `ping` without a login, so `check` would report a working store."""
    url = with_login(servers.mongo_url, login)
    if not login:
        url = url.replace("&authMechanism=SCRAM-SHA-256", "")
    for made in (MongoProfiles, partial(MongoCatalog, cache=CourseCache())):
        # A client of its own: after a refused login the driver looks for another server first.
        async with open_mongo(url) as database:
            with refused(WRONG if login else NONE):
                await made(database).ping()
