"""What is counted and timed, in a registry of prometheus-client that is passed on (docs/metrics.md has the names).

registry.py            the registry of a process, and one scrape of it
scraped.py             values that other objects keep, read at each scrape
operation_metrics.py   operations, from their reports
store_call_metrics.py  the store calls of operations
relay_metrics.py       the deliveries of a relay
event_loop.py          how late the event loop is, and its tasks
"""
