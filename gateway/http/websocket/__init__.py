"""GraphQL over WebSocket: the subprotocol `graphql-transport-ws`.

messages.py   what a client may say, and with which code it is closed when it says something else
socket.py     one socket from its handshake to its end: who asks, and the operations it runs
route.py      /graphql as a WebSocket route: which sockets are let in
protocol.py   uvicorn's side of a socket: nothing of it in the logs, and no waiting for who does not read
"""
