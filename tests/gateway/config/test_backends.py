"""The backend table, from which the settings and the URLs of a data folder follow."""

from collections.abc import Mapping
from dataclasses import fields

from gateway.config.backends import PORTS, PORTS_WITH_DEADLINE, PORTS_WITH_URL, url_for
from gateway.config.settings import variables
from gateway.config.urls import Url
from gateway.embedded.server_definition import PRODUCTION_SERVERS
from stores.ports.stores import Stores
from tests import backends


def test_the_table_has_every_port_of_the_stores() -> None:
    assert list(PORTS) == [field.name for field in fields(Stores)]


def test_every_port_runs_in_memory_and_in_an_embedded_server() -> None:
    for table in PORTS.values():
        assert "memory" in table.by_scheme
        assert set(table.embedded) <= set(PRODUCTION_SERVERS)
        assert table.embedded


def test_ports_have_url_settings_and_deadline_settings() -> None:
    assert set(variables()) >= {f"GATEWAY_{port.upper()}_URL" for port in PORTS_WITH_URL}
    assert set(variables()) >= {f"GATEWAY_DEADLINE_{port.upper()}" for port in PORTS_WITH_DEADLINE}


def test_the_outbox_is_where_progress_is() -> None:
    urls = {"progress": Url.parse("memory:")}
    assert url_for(urls, "outbox") == urls["progress"]
    assert url_for(urls, "live") is None


CONTRACT_TESTS: Mapping[str, Mapping[str, object]] = {
    "profiles": backends.PROFILES,
    "catalog": backends.CATALOG,
    "progress": backends.PROGRESS,
    "activity": backends.ACTIVITY,
    "timeline": backends.TIMELINE,
    "sessions": backends.SESSIONS,
    "live": backends.LIVE,
    "documents": backends.DOCUMENTS,
    "rates": backends.RATES,
    "revocations": backends.REVOCATIONS,
    "outbox": backends.LEDGERS,
}


def test_the_contract_tests_run_on_every_backend_of_every_port() -> None:
    for port, table in PORTS.items():
        families = {backend.open.__name__.partition("_")[0] for backend in table.by_scheme.values()}
        assert families <= set(CONTRACT_TESTS[port]), port
