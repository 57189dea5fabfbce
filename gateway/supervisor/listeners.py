"""A listening socket for each process, all of one address: the kernel distributes new connections evenly among them.

With a single socket that all inherit, one process takes nearly all connections that clients open at about the same
time, as load balancers do (docs/decisions/0032-processes.md).
"""

import socket


def bind_beside(reserved: socket.socket) -> socket.socket:
    """Another socket that is bound to the address of `reserved`, as `bind` made that. Neither listens yet; one that
    does not listen gets no connections."""
    beside = socket.socket(reserved.family, reserved.type)
    try:
        for each in (reserved, beside):
            each.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        beside.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            timeout = reserved.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
            beside.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, timeout)
        beside.bind(reserved.getsockname())
    except BaseException:
        beside.close()
        raise
    return beside
