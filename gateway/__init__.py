"""The edge: the only package that sees everything.

__main__.py   python -m gateway <command>
settings.py   typed settings, the only reader of the environment
wiring.py     open_stores(settings), the only place that names backends
app.py        routes, middleware and lifespan
endpoint.py   a request becomes a Peer; a Peer runs an operation
embedded/     starts the embedded servers
worlds/       what is loaded into stores: the demo world, OULAD
"""
