"""The HTTP edge: an ASGI app and the server that runs it.

app.py                build_app(): routes, middleware and lifespan; state.py is what the lifespan yields
server.py             serve(): uvicorn until shutdown (uvicorn_internals.py lists its private names that are used)
auth/                 tokens.py mints and reads JWTs; access.py decides which viewer a request acts as
peers.py              creates the Peer of a request or connection; client_address.py: where it comes from
graphql_request.py    parses a request, for all transports; request_json.py decodes its JSON
operations.py         admits and runs operations, for all transports; refusal.py: why one is not admitted
documents.py          the document of a request that names it by an id or a hash
graphql_endpoint.py   /graphql over HTTP: one operation per request, as JSON or as events
sse.py                results as server-sent events
websocket/            graphql-transport-ws
origins.py            which pages of other sites may use the gateway
middleware/           security_headers.py, cors.py, access_log.py, compression.py, body_limit.py
error_responses.py    responses to requests that never reach the graph
health.py             /livez and /readyz

One query: TrustedProxies → SecurityHeaders → Cors → AccessLog → Compression → BodyLimit → GraphQLEndpoint →
Peers.create → Operations → JSON
"""
