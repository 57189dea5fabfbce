"""The gateway's settings: typed, frozen, nested. The only module that reads the environment."""

import difflib
import os
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from pydantic import Field, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from gateway.config.backends import PORTS_WITH_DEADLINE, PORTS_WITH_URL
from gateway.config.groups.auth import AuthSettings
from gateway.config.groups.cache import CacheSettings
from gateway.config.groups.claims import ClaimsSettings
from gateway.config.groups.documents import DocumentsSettings
from gateway.config.groups.executor import ExecutorSettings
from gateway.config.groups.federation import FederationSettings
from gateway.config.groups.http import HttpSettings
from gateway.config.groups.limits import LimitsSettings
from gateway.config.groups.log import LogSettings
from gateway.config.groups.metrics import MetricsSettings
from gateway.config.groups.pages import PagesSettings
from gateway.config.groups.policy import PolicySettings
from gateway.config.groups.profiles import ProfilesSettings
from gateway.config.groups.proxies import ProxiesSettings
from gateway.config.groups.rates import RatesSettings
from gateway.config.groups.relay import RelaySettings
from gateway.config.groups.resilience import ResilienceSettings
from gateway.config.groups.settings_group import Seconds, SettingsGroup
from gateway.config.groups.stale import StaleSettings
from gateway.config.groups.traces import TracesSettings
from gateway.config.profile_mapping import map_profiles
from gateway.config.secret_files import file_variable, is_secret, with_secret_files
from gateway.config.service_links import service_links
from gateway.config.urls import Url
from gateway.runtime.errors import CommandError

PREFIX = "GATEWAY_"
DEFAULT_DEADLINE = timedelta(seconds=2)
T = TypeVar("T")


class Settings(SettingsGroup):
    """All settings of a process.

    `stores`: the URL of each port that has one; its scheme selects the backend, and equal URLs share a client.
    `deadlines`: how long one call to each port's store may take.
    `service_links`: variables that were ignored, since Kubernetes injects them.
    """

    stores: Mapping[str, Url] = Field(default_factory=dict)
    deadlines: Mapping[str, timedelta] = Field(
        default_factory=lambda: dict.fromkeys(PORTS_WITH_DEADLINE, DEFAULT_DEADLINE)
    )
    service_links: tuple[str, ...] = ()
    profiles: ProfilesSettings = ProfilesSettings()
    auth: AuthSettings = AuthSettings()
    claims: ClaimsSettings = ClaimsSettings()
    http: HttpSettings = HttpSettings()
    limits: LimitsSettings = LimitsSettings()
    resilience: ResilienceSettings = ResilienceSettings()
    executor: ExecutorSettings = ExecutorSettings()
    cache: CacheSettings = CacheSettings()
    stale: StaleSettings = StaleSettings()
    documents: DocumentsSettings = DocumentsSettings()
    pages: PagesSettings = PagesSettings()
    policy: PolicySettings = PolicySettings()
    proxies: ProxiesSettings = ProxiesSettings()
    rates: RatesSettings = RatesSettings()
    federation: FederationSettings = FederationSettings()
    relay: RelaySettings = RelaySettings()
    traces: TracesSettings = TracesSettings()
    metrics: MetricsSettings = MetricsSettings()
    log: LogSettings = LogSettings()


GROUPS: Mapping[str, type[SettingsGroup]] = {
    name: field.annotation
    for name, field in Settings.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, SettingsGroup)
}
"""The group of each field of `Settings` that is one, in the order in which faults are reported."""


def url_variable(port: str) -> str:
    """The environment variable of a port's URL."""
    return f"{PREFIX}{port.upper()}_URL"


def deadline_variable(port: str) -> str:
    """The environment variable of a port's deadline, in seconds."""
    return f"{PREFIX}DEADLINE_{port.upper()}"


def variables() -> list[str]:
    """The name of every environment variable that is a setting."""
    per_port = [*map(url_variable, PORTS_WITH_URL), *map(deadline_variable, PORTS_WITH_DEADLINE)]
    return per_port + [_variable(field) for group in GROUPS.values() for field in group.model_fields.values()]


def secret_variables() -> list[str]:
    """The environment variables of secrets, which may be given as files: URLs, for their passwords, and keys."""
    fields = [field for group in GROUPS.values() for field in group.model_fields.values()]
    return [*map(url_variable, PORTS_WITH_URL), *(_variable(each) for each in fields if is_secret(each.annotation))]


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in an environment. An empty variable counts as unset, and Kubernetes' service links are ignored.

    Raises `CommandError` with one line for each unknown name, each invalid value and each secret's file that cannot be
    read. No line quotes a value.
    """
    ours = {name: value for name, value in environment.items() if name.startswith(PREFIX)}
    secrets = secret_variables()
    known = [*variables(), *map(file_variable, secrets)]
    links = service_links(ours, known)
    ours = {name: value for name, value in ours.items() if name not in links}
    faults = [_unknown_name(name, known) for name in sorted(ours) if name not in known]
    given = with_secret_files({name: value for name, value in ours.items() if value}, secrets, faults)
    urls = _read_per_port(given, PORTS_WITH_URL, url_variable, TypeAdapter(Url), faults)
    deadlines = dict.fromkeys(PORTS_WITH_DEADLINE, DEFAULT_DEADLINE)
    deadlines |= _read_per_port(given, PORTS_WITH_DEADLINE, deadline_variable, TypeAdapter[timedelta](Seconds), faults)
    read: dict[str, Any] = {"stores": urls, "deadlines": deadlines, "service_links": tuple(links)}
    for part, group in GROUPS.items():
        names = [_variable(field) for field in group.model_fields.values()]
        try:
            read[part] = group.model_validate({name: given[name] for name in names if name in given})
        except ValidationError as error:
            faults += [f"{fault['loc'][0]}: {_message(fault['msg'])}" for fault in error.errors(include_input=False)]
    if faults:
        raise CommandError(*dict.fromkeys(faults))
    read["stores"] = map_profiles(urls, read["profiles"].mapping)
    return Settings.model_validate(read)


def environment_settings() -> Settings:
    """The settings of this process. Raises `CommandError` as `read_settings`."""
    return read_settings(os.environ)


def _read_per_port(
    given: Mapping[str, str],
    ports: Sequence[str],
    name_for: Callable[[str], str],
    kind: TypeAdapter[T],
    faults: list[str],
) -> dict[str, T]:
    read: dict[str, T] = {}
    for port in ports:
        name = name_for(port)
        if name in given:
            try:
                read[port] = kind.validate_python(given[name])
            except ValidationError as error:
                faults.append(f"{name}: {_message(error.errors(include_input=False)[0]['msg'])}")
    return read


def _variable(field: FieldInfo) -> str:
    return str(field.validation_alias)


def _unknown_name(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0)
    return f"{name}: no such setting; did you mean {near[0]}?"


def _message(message: str) -> str:
    words = message.removeprefix("Value error, ")
    return words[:1].lower() + words[1:]
