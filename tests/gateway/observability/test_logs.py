"""The formats and the levels of the log."""

import io
import json
import logging
import os
import pty
import re
import warnings
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from gateway.config.groups.log import OWN_LOGGERS
from gateway.config.settings import read_settings
from gateway.observability.log_formats import JsonFormatter, TextFormatter
from gateway.observability.log_lines import LONGEST_MESSAGE
from gateway.observability.logs import write_logs
from gateway.runtime.errors import CommandError

TOP = Path(__file__).resolve().parents[3]
GET_LOGGER = re.compile(r'getLogger\("(quadrangle\.[\w.]+)"\)')


@pytest.fixture(autouse=True)
def loggers_as_before() -> Iterator[None]:
    names = ("quadrangle", "uvicorn", "strawberry.execution", *OWN_LOGGERS)
    root = logging.getLogger()
    handlers, levels = root.handlers[:], {name: logging.getLogger(name).level for name in names}
    flags = logging.logThreads, logging.logProcesses, logging.logMultiprocessing
    show = warnings.showwarning
    level = root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    warnings.showwarning = show
    logging.logThreads, logging.logProcesses, logging.logMultiprocessing = flags
    for name, before in levels.items():
        logging.getLogger(name).setLevel(before)


def logged(environment: Mapping[str, str]) -> str:
    """What the process writes with these settings."""
    stream = io.StringIO()
    write_logs(read_settings(environment).log, default="INFO", to=stream)
    relay = logging.getLogger("quadrangle.relay")
    relay.debug("a batch", extra={"commits": 3})
    logging.getLogger("quadrangle.http").info("request", extra={"route": "/graphql", "note": "two words", "none": None})
    return stream.getvalue()


def test_the_lines_of_several_processes_have_their_numbers() -> None:
    stream = io.StringIO()
    write_logs(read_settings({}).log, default="INFO", to=stream, process_number=3)
    for name in ("quadrangle.http", "uvicorn.error", "redis"):
        logging.getLogger(name).warning("a line")
    assert [json.loads(line)["process_number"] for line in stream.getvalue().splitlines()] == [3, 3, 3]


def test_a_warning_of_python_is_a_line_without_its_text() -> None:
    """Such as that of a coroutine that was never awaited, after an operation was cancelled."""
    stream = io.StringIO()
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        write_logs(read_settings({}).log, default="INFO", to=stream)
        warnings.warn("a secret value", RuntimeWarning, stacklevel=1)
    [line] = map(json.loads, stream.getvalue().splitlines())
    assert (line["logger"], line["kind"]) == ("quadrangle.warnings", "RuntimeWarning")
    assert re.fullmatch(r"gateway/observability/test_logs\.py:[0-9]+", line["at"])
    assert "secret" not in stream.getvalue()


def test_a_line_is_a_json_object() -> None:
    [line] = logged({}).splitlines()
    found = json.loads(line)
    assert re.fullmatch(r"[0-9-]{10}T[0-9:.]{12}\+00:00", found.pop("time"))
    assert found == {
        "level": "INFO",
        "logger": "quadrangle.http",
        "message": "request",
        "route": "/graphql",
        "note": "two words",
        "none": None,
    }


def test_a_line_of_text_names_its_fields() -> None:
    [line] = logged({"GATEWAY_LOG_FORMAT": "text"}).splitlines()
    assert re.fullmatch(
        r'[0-9-]{10} [0-9:.]{12}Z INFO    quadrangle\.http request route=/graphql note="two words"', line
    )


def test_a_text_cannot_act_on_the_terminal() -> None:
    record = logging.makeLogRecord(
        {"name": "quadrangle.auth", "msg": "a\x1b[2Jb", "levelname": "INFO", "key": "\x9b2J"}
    )
    assert not re.search(r"[^ -~]", TextFormatter().format(record))


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()], ids=lambda each: type(each).__name__)
@pytest.mark.parametrize("value", ["\ud800", 2**70, [b"canary"]], ids=ascii)
def test_every_value_has_a_line(formatter: logging.Formatter, value: object) -> None:
    record = logging.makeLogRecord({"name": "quadrangle.auth", "msg": "a line", "levelname": "INFO", "key": value})
    line = formatter.format(record)
    assert "key" in line
    assert "canary" not in line
    line.encode()


def test_the_errors_of_a_text_have_a_line_each() -> None:
    try:
        raise ValueError("canary") from KeyError("canary")
    except ValueError as error:
        record = logging.makeLogRecord({"name": "a", "msg": "failed", "exc_info": (None, error, None)})
    first, *errors = TextFormatter().format(record).splitlines()
    assert first.endswith(" a failed")
    assert [each.split()[:2] for each in errors] == [["ValueError", "at"], ["KeyError", "at"]]
    assert "test_logs.py" in errors[0]
    assert "canary" not in "".join(errors)


def test_a_long_message_is_cut_and_has_one_line() -> None:
    record = logging.makeLogRecord({"name": "quadrangle.http", "msg": "a" * 1_000})
    assert json.loads(JsonFormatter().format(record))["message"] == "a" * LONGEST_MESSAGE
    record.msg = "first\nsecond"
    assert json.loads(JsonFormatter().format(record))["message"] == "first"


def test_the_errors_of_a_group_begin_with_its_first() -> None:
    group = ExceptionGroup("canary", [ValueError("canary"), KeyError("canary")])
    record = logging.makeLogRecord({"name": "a", "msg": "failed", "exc_info": (None, group, None)})
    line = JsonFormatter().format(record)
    assert [each["kind"] for each in json.loads(line)["errors"]] == ["ExceptionGroup", "ValueError"]
    assert "canary" not in line


def test_text_is_coloured_on_a_terminal() -> None:
    ours, theirs = pty.openpty()
    with os.fdopen(theirs, "w", encoding="utf-8") as terminal:
        write_logs(read_settings({"GATEWAY_LOG_FORMAT": "text"}).log, default="INFO", to=terminal)
        logging.getLogger("quadrangle").warning("look")
        terminal.flush()
        assert "\x1b[33m" in os.read(ours, 1000).decode()
    os.close(ours)


def test_a_logger_may_have_a_level_of_its_own() -> None:
    lines = logged({"GATEWAY_LOG_LEVELS": "quadrangle.relay=DEBUG, quadrangle.http=WARNING"}).splitlines()
    assert [(json.loads(line)["logger"], json.loads(line)["commits"]) for line in lines] == [("quadrangle.relay", 3)]


@pytest.mark.parametrize(
    ("levels", "fault"),
    [
        ("quadrangle.relais=DEBUG,quadrangle.relay=INFO", "no level of its own has quadrangle.relais; these have: "),
        ("pymongo=DEBUG,redis=INFO", "no level of its own has pymongo, redis; these have: "),
        ("quadrangle.relay=LOUD", "input should be 'DEBUG', "),
        ("DEBUG", "not a list such as "),
        ("uvicorn=INFO,uvicorn=DEBUG", "a name is given twice"),
    ],
)
def test_levels_are_validated(levels: str, fault: str) -> None:
    with pytest.raises(CommandError) as stop:
        read_settings({"GATEWAY_LOG_LEVELS": levels})
    [line] = stop.value.lines
    assert line.startswith(f"GATEWAY_LOG_LEVELS: {fault}")


def test_every_logger_of_the_sources_can_be_named() -> None:
    sources = [path for folder in ("gateway", "resolvers", "stores") for path in (TOP / folder).rglob("*.py")]
    assert {name for path in sources for name in GET_LOGGER.findall(path.read_text(encoding="utf-8"))} == {*OWN_LOGGERS}
