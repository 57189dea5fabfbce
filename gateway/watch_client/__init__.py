"""A client that shows live progress, for whoever looks on: GraphQL over WebSocket (graphql-transport-ws).

asked.py       what is watched, as a subscription       target.py   which gateway, and as whom
link.py        one connection: the protocol             following.py   connection after connection, by the cursor
lines.py       an update as a line to read
"""
