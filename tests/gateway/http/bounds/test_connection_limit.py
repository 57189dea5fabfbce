"""How many connections a process may hold."""

import resource

from gateway.http.bounds.connection_limit import PROBES, ProbeConnections, allowed_connections


def test_the_descriptors_of_the_process_bound_its_connections() -> None:
    descriptors, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert 0 < allowed_connections(None) < max(descriptors, 200_000) - PROBES
    assert allowed_connections(1) == 1
    assert allowed_connections(10**9) == allowed_connections(None)


def test_the_oldest_connection_loses_its_place_to_a_new_one() -> None:
    probes, closed = ProbeConnections(places=2), list[str]()
    for name in "abc":
        probes.add(name, lambda name=name: closed.append(name))  # type: ignore[misc]
    probes.discard("b")
    probes.add("d", lambda: closed.append("d"))
    assert closed == ["a"]
