"""`python -m tests.bench.sampler FILE MODULE …`: runs a module, and samples where its CPU time goes.

A timer of CPU time interrupts the process; the layer of a sample is that of the innermost frame that belongs to one.
SIGUSR1 writes the counts to FILE and starts again from zero. Python handles a signal between two instructions of its
own, so the time of a C function counts for what runs in Python next.
"""

import runpy
import signal
import sys
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import orjson

EVERY_SECONDS = 0.001
LOOP = "event loop and other"
LAYERS = {
    LOOP: ("/gateway/runtime/", "/gateway/cli/", "/gateway/http/server.py", "/uvicorn/server.py"),
    "graphql-core": ("/graphql/",),
    "Strawberry": ("/strawberry/",),
    "compiled executor": ("/resolvers/execution/compiled/", "<plan"),
    "loaders and paths": ("/resolvers/data/", "/aiodataloader"),
    "operation, limits, policy": ("/resolvers/execution/", "/resolvers/policy/", "/resolvers/permissions"),
    "resolvers": ("/resolvers/",),
    "edge": ("/gateway/",),
    "page by hand": ("/tests/bench/hand/",),
    "HTTP server": ("/uvicorn/", "/starlette/"),
    "MongoDB": ("/stores/mongo/", "/pymongo/", "/bson/"),
    "SQL": ("/stores/sql/", "/asyncpg/"),
    "InfluxDB": ("/stores/influx/", "/aiohttp/", "/yarl/", "/multidict/", "/influxdb_client/"),
    "Redis": ("/stores/redis/", "/redis/"),
    "records and cursors": ("/stores/",),
}


class Sampler:
    """Counts samples by layer, by innermost function, and by every function of this project on the stack."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._layers: Counter[str] = Counter()
        self._functions: Counter[tuple[str, str, int]] = Counter()
        self._cumulative: Counter[tuple[str, str, int]] = Counter()
        self._layer_of: dict[str, str | None] = {}

    def start(self) -> None:
        """Start the timer."""
        signal.signal(signal.SIGPROF, self._sample)
        signal.signal(signal.SIGUSR1, self._write)
        signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)

    def _sample(self, _: int, frame: FrameType | None) -> None:
        if frame is not None:
            code = frame.f_code
            self._functions[code.co_filename, code.co_qualname, code.co_firstlineno] += 1
        found, seen = None, set()
        while frame is not None:
            code = frame.f_code
            layer = self._layer(code.co_filename)
            found = found or layer
            if layer is not None:
                seen.add((code.co_filename, code.co_qualname, code.co_firstlineno))
            frame = frame.f_back
        self._layers[found or LOOP] += 1
        self._cumulative.update(seen)

    def _layer(self, filename: str) -> str | None:
        if filename not in self._layer_of:
            names = (name for name, parts in LAYERS.items() if any(part in filename for part in parts))
            self._layer_of[filename] = next(names, None)
        return self._layer_of[filename]

    def _write(self, *_: object) -> None:
        found = {
            "layers": self._layers,
            "functions": most_common(self._functions, 60),
            "cumulative": most_common(self._cumulative, 120),
        }
        written = self._file.with_suffix(".part")
        written.write_bytes(orjson.dumps(found))
        written.rename(self._file)
        for counter in (self._layers, self._functions, self._cumulative):
            counter.clear()


def most_common(counted: Counter[tuple[str, str, int]], most: int) -> list[tuple[str, str, int, int]]:
    """File, function, line and samples of the functions with the most of them."""
    return [
        ("/".join(Path(file).parts[-2:]), name, line, count) for (file, name, line), count in counted.most_common(most)
    ]


def shares(profile: Mapping[str, Any], cpu_ms: float) -> dict[str, float]:
    """CPU milliseconds of a request in each layer."""
    total = sum(profile["layers"].values()) or 1
    return {name: count / total * cpu_ms for name, count in profile["layers"].items()}


def main() -> None:
    file, module, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    Sampler(Path(file)).start()
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()
