"""The settings of the commands' tests."""

from gateway.config.backends import PORTS_WITH_URL
from gateway.config.settings import url_variable

MEMORY = {url_variable(port): "memory:" for port in PORTS_WITH_URL}
SECRET = {"GATEWAY_AUTH_SECRET": "a secret that only these tests know"}
NOWHERE = "redis://u:hunter2@127.0.0.1:9/0"
