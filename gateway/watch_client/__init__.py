"""The client behind `quadrangle watch`: GraphQL over WebSocket (graphql-transport-ws).

subscription.py  what is watched, as a GraphQL subscription
target.py        which gateway to connect to, and with which token
connection.py    one connection: the protocol and its errors
reconnect.py     connection after connection; the cursor resumes the feed
formatting.py    an update as one line of text
"""
