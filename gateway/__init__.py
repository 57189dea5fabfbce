"""The gateway: processes, protocols and configuration. The only package that imports both resolvers and stores.

__main__.py      python -m gateway <command>
cli/             a module per command
config/          settings, backends (URL scheme → backend), store clients, where the stores are
http/            the app, its server, GraphQL over HTTP, SSE and WebSocket, tokens, health
documents/       persisted documents: trusted ones, and those that clients register
relay/           publishes commits from the outbox; rebuilds timelines, activity and progress
resilience/      breakers, bounds and pings of the stores
observability/   logs, metrics and traces
supervisor/      several processes that serve one address
web/             GraphiQL and other static files
datasets/        the demo's data and OULAD, and the loader
simulation/      live events: demo learners, or a recorded dataset
watch_client/    the client behind `quadrangle watch`
embedded/        starts the embedded servers of a data folder
runtime/         shutdown signals, clock, console output, command errors
"""
