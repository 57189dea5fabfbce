"""What `bench` prints: a table for each query, for the terminal and for README. A ratio is CPU ÷ that of by hand."""

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table

COLUMNS = {
    "server": "server",
    "ratio_c8": "ratio, c=8",
    "cpu_ms_c8": "CPU ms",
    "p50_ms_c8": "p50 ms",
    "p99_ms_c8": "p99 ms",
    "p99_by_p50_c8": "p99 ÷ p50",
    "ratio_c1": "ratio, c=1",
    "cpu_ms_c1": "CPU ms",
    "p50_ms_c1": "p50 ms",
    "p99_ms_c1": "p99 ms",
    "peak_mib": "peak MiB",
    "requests": "requests",
}
DETAILS = ("profile", "hit_rates")
"""What a row has for other tables."""
Row = dict[str, Any]


def text(value: object) -> str:
    """A value of a cell."""
    return "" if value is None else f"{value:.2f}" if isinstance(value, float) else str(value)


def table(title: str, rows: Sequence[Row]) -> Table:
    """A table for the terminal. Columns without any value are left out."""
    shown = Table(title=title, title_justify="left")
    columns = used(rows)
    for name in columns:
        shown.add_column(COLUMNS.get(name, name), justify="left" if name == "server" else "right")
    for row in rows:
        shown.add_row(*(text(row.get(name)) for name in columns))
    return shown


def markdown(title: str, rows: Sequence[Row]) -> str:
    """The same table for README."""
    columns = used(rows)
    lines = [f"**{title}**", ""]
    lines.append(f"| {' | '.join(COLUMNS.get(name, name) for name in columns)} |")
    lines.append(f"|{'|'.join('---' if name == 'server' else '---:' for name in columns)}|")
    lines += [f"| {' | '.join(text(row.get(name)) for name in columns)} |" for row in rows]
    return "\n".join([*lines, ""])


def profile_table(title: str, rows: Sequence[Row]) -> Table:
    """Where the CPU of a request goes, in ms: a column for each server, a line for each layer."""
    shown = Table(title=f"{title}: CPU ms of a request by layer", title_justify="left")
    shown.add_column("layer")
    for row in rows:
        shown.add_column(row["server"], justify="right")
    parts = [row["profile"]["cpu_ms"] for row in rows]
    for layer in sorted(
        {name for each in parts for name in each}, key=lambda name: -max(each.get(name, 0) for each in parts)
    ):
        shown.add_row(layer, *(text(each.get(layer)) for each in parts))
    return shown


def used(rows: Sequence[Row]) -> list[str]:
    """The columns that have a value in any row."""
    names = [name for name in COLUMNS if any(row.get(name) is not None for row in rows)]
    others = dict.fromkeys(name for row in rows for name in row if name not in (*COLUMNS, *DETAILS))
    return [*names, *others]


def hit_rates(found: Mapping[str, Sequence[Row]]) -> list[str]:
    """For each gateway process that shares reads, its hit rates over all queries that it got."""
    lines: dict[str, list[str]] = {}
    for name, rows in found.items():
        for row in rows:
            if "hit_rates" in row:
                rates = ", ".join(f"{path} {rate:.1%}" for path, rate in row["hit_rates"].items())
                lines.setdefault(rates, []).append(name)
    return [f"Hit rates over {', '.join(names)}: {rates}" for rates, names in lines.items()]
