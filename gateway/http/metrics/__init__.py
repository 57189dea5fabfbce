"""The metrics of a process on a listener of their own (docs/metrics.md), beside those that operations feed
(gateway/observability/metrics).

process_metrics.py  ProcessMetrics: the registry of a process, and what is counted before an operation is known
app_metrics.py      what an app keeps anyway, read at each scrape
store_metrics.py    the states of the stores and the backlog of the outbox
backlog_reader.py   reads the backlog for a scrape, and does not let it wait
serving.py          serving_metrics(): measures a process and serves what it measures
listener.py         listening(): serves /metrics, /livez and /readyz (prometheus_internals.py: what it uses)
"""
