"""Who an operation is charged to."""

from dataclasses import replace

import pytest

from gateway.http.rates.accounts import account_of, account_of_address
from resolvers.viewer import UNAUTHENTICATED
from tests.resolvers import world


def test_a_subject_has_one_account_wherever_it_is() -> None:
    learner = world.learner()
    assert account_of(learner, "192.0.2.1") == account_of(replace(learner), "192.0.2.2")
    assert account_of(learner, "192.0.2.1") != account_of(replace(learner, subject="192.0.2.1"), "192.0.2.1")
    assert account_of(UNAUTHENTICATED, "192.0.2.1") == account_of_address("192.0.2.1")
    assert account_of_address("192.0.2.1") != account_of_address("192.0.2.2")


@pytest.mark.parametrize(
    ("address", "account"),
    [
        ("2001:db8:1:2:3:4:5:6", "address:2001:db8:1:2::/64"),
        ("2001:DB8:1:2::", "address:2001:db8:1:2::/64"),
        ("2001:db8:1:3::1", "address:2001:db8:1:3::/64"),
        ("fe80::1%eth0", "address:fe80::/64"),
        ("::ffff:192.0.2.1", "address:192.0.2.1"),
        ("192.0.2.1", "address:192.0.2.1"),
        ("", "address:"),
        ("/run/gateway.sock", "address:/run/gateway.sock"),
    ],
)
def test_ipv6_addresses_of_a_network_are_one(address: str, account: str) -> None:
    assert account_of_address(address) == account
