"""The HTTP edge: an ASGI app and the server that runs it.

app.py                build_app(): routes, middleware, lifespan; state.py, shared_reads.py: what the lifespan yields
server.py             serve(): uvicorn until shutdown (uvicorn_internals.py lists its private names that are used)
auth/                 tokens, keys and revocations: which viewer a request acts as
bounds/               what one client or all of them together may take: heads, time, connections, operations
rates/                what each subject and address may use in a minute; metrics/: what is measured, and its listener
middleware/           an ASGI middleware each
peers.py              creates the Peer of a request or connection; field_traces.py: whether it gets a trace
graphql_request.py    a request, for all transports; request_body.py, request_headers.py, request_json.py read it
operations.py         admits and runs operations, for all transports; refusal.py: why one is not admitted
streamed_result.py    serialised results of a stream; subscription_setup.py: what strawberry leaves to the event groups
documents.py          the document of a request that names it by an id or a hash
graphql_endpoint.py   /graphql over HTTP: one operation per request, as JSON (sse.py: as events)
websocket/            graphql-transport-ws
origins.py            which pages of other sites may use the gateway; client_address.py: where a request comes from
error_responses.py    responses to requests that never reach the graph; health.py, migration_watch.py: /readyz

One query: app.py's middleware → GraphQLEndpoint → Peers.create → Operations → JSON
"""
