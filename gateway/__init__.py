"""The edge: the only package that sees everything.

__main__.py   python -m gateway <command>; commands/ has a file for each
settings.py   typed settings, the only reader of the environment (urls.py: URLs that keep their secrets)
wiring.py     open_stores(), migrate_stores(): the only place that names backends
places.py     the stores of the environment, or of a data folder's embedded servers
app.py        routes, middleware and lifespan (state.py)
endpoint.py   a request becomes a Peer (peers.py; auth.py says who asks), a Peer runs an operation (asking.py)
event_stream.py, sockets/   its answers as server-sent events, or over a WebSocket
explorer.py   GraphiQL, out of static/
observe.py    request ids, access lines, masked errors; logs.py writes JSON lines; health.py /livez and /readyz
serving.py    an app behind a socket until stopping.py is told to stop
relay.py      publishes what the outbox holds; delivery.py says what becomes of it
demo.py       the demo's world in a data folder
embedded/     starts the embedded servers        worlds/   the demo world and real data, and their loader
replay/       events that happen now, for whoever watches: the demo's learners, or recorded ones
watch/        a client that shows live progress
"""
