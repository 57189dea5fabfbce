"""Environment variables that Kubernetes injects into a container for each service of its namespace (service links).

A service called `gateway` or `gateway-…` gets variables that begin as our settings do.
"""

import logging
import re
from collections.abc import Collection, Mapping, Sequence

log = logging.getLogger("quadrangle.settings")

NAMES = re.compile(
    r"GATEWAY_(?:.*_)?SERVICE_HOST"
    r"|GATEWAY_(?:.*_)?SERVICE_PORT(?:_.*)?"
    r"|GATEWAY_(?:.*_)?PORT_[0-9]+_(?:TCP|UDP)(?:_.*)?"
)
"""Names that only a service link has."""
PORT = re.compile(r"GATEWAY_(?:.*_)?PORT")
PORT_VALUES = ("tcp://", "udp://")
"""The value of such a name begins so in a service link; a setting has a number."""


def service_links(ours: Mapping[str, str], settings: Collection[str]) -> Sequence[str]:
    """The variables that are service links, sorted. `settings`: the names of all settings. Only `GATEWAY_PORT` is both:
    its value decides."""
    return sorted(
        name
        for name, value in ours.items()
        if (PORT.fullmatch(name) and value.startswith(PORT_VALUES)) or (NAMES.fullmatch(name) and name not in settings)
    )


def log_service_links(names: Sequence[str]) -> None:
    """Log in one line that these variables were ignored."""
    if names:
        log.info("ignored variables of Kubernetes' service links", extra={"variables": names})
