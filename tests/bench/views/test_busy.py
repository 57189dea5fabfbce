"""The share of a trace in which a page's main thread was busy."""

import orjson
import pytest

from tests.bench.views.busy import busy_share


def test_the_busiest_main_thread_counts_and_other_threads_do_not() -> None:
    names = [("CrRendererMain", 1, 1), ("CrRendererMain", 2, 1), ("Compositor", 1, 2)]
    threads = [{"name": "thread_name", "pid": pid, "tid": tid, "args": {"name": name}} for name, pid, tid in names]
    tasks = [(1, 1, 100_000), (1, 1, 200_000), (2, 1, 50_000), (1, 2, 900_000)]
    events = [{"name": "RunTask", "pid": pid, "tid": tid, "dur": dur} for pid, tid, dur in tasks]
    other = {"name": "Paint", "pid": 1, "tid": 1, "dur": 500_000}
    trace = orjson.dumps({"traceEvents": [*threads, *events, other]})
    assert busy_share(trace, 2) == pytest.approx(0.15)


def test_a_trace_without_a_page_is_idle() -> None:
    assert busy_share(b'{"traceEvents": []}', 2) == 0
