"""graphql-transport-ws: GraphQL operations over a WebSocket.

route.py              WebSocketEndpoint: which connections are accepted, and how they authenticate
connection.py         Connection: the messages of one connection, and its running operations
messages.py           decodes and encodes messages; close codes
socket_counts.py      SocketCounts: the sockets of one subject and of one address
uvicorn_protocol.py   uvicorn's WebSocket protocol with bounded waits

One event: the source → Operations.stream → Connection._operate → Connection._send_result → uvicorn → the frame
"""
