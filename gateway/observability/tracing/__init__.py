"""Traces (OpenTelemetry): docs/traces.md.

tracing.py            Tracing, which is handed over: what is sampled, and the spans
traceparent.py        W3C Trace Context to spans, and back
operation_spans.py    spans of operations, events and their store calls
delivery_span.py      spans of the relay's deliveries
request_span.py       spans of requests to other servers
open_tracing.py       the SDK: the exporter and its thread. The only module that imports the SDK, an extra
"""
