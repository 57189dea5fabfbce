"""Traces (OpenTelemetry): docs/traces.md.

tracing.py            Tracing, which is handed over: what is sampled, and the spans
traceparent.py        W3C Trace Context to spans, and back
operation_spans.py    spans of operations, events and their store calls
delivery_span.py      spans of the relay's deliveries
request_span.py       spans of requests to other servers
open_tracing.py       the tracing of a process
finished_spans.py     spans of store calls, made when they are over. This and export.py import the SDK, an extra
export.py             the exporter and its thread; export_log.py: why spans are not sent
"""
