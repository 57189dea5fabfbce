"""What operators see of a process: logs, metrics and traces, without data of requests or stores.

logs.py              configures the loggers; log_lines.py: what a line has; log_formats.py: JSON and text
operation_report.py  the end of an operation, as observers receive it
operation_log.py     the observer that logs operations; pseudonyms.py: what stands for a subject
refusals.py          counts what is refused for a bound
access_entry.py      the line of a request, which its operation adds to
store_outages.py     why a store fails, and when it answers again; python_warnings.py: warnings as lines
metrics/             metrics for Prometheus; tracing/: spans for OpenTelemetry
"""
