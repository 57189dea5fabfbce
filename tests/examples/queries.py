"""Sends GraphQL examples to the demo, and compares answers with those that a page shows."""

import json
import shlex
from itertools import pairwise
from typing import Any

import httpx2

from tests.examples.blocks import Block

MORE = "…"


def answer_of(url: str, query: str, token: str | None) -> Any:
    """The answer to an operation, or the first event of a subscription."""
    headers = {"Accept": "text/event-stream"} if query.lstrip().startswith("subscription") else {}
    if token is not None:
        headers["Authorization"] = f"Bearer {token}"
    with httpx2.stream("POST", url, json={"query": query}, headers=headers, timeout=30) as response:
        assert response.status_code == 200, response.read()
        if "Accept" not in headers:
            return json.loads(response.read())
        events = (line.removeprefix("data: ") for line in response.iter_lines() if line.startswith("data: "))
        return json.loads(next(events))


def fits(shown: Any, answer: Any) -> bool:
    """Whether an answer has all that a page shows of it. Durations in `ms` are as long as they are."""
    if isinstance(shown, dict):
        return isinstance(answer, dict) and all(
            name in answer and (name == "ms" or fits(value, answer[name])) for name, value in shown.items()
        )
    if isinstance(shown, list):
        wanted = [each for each in shown if each != MORE]
        if len(wanted) < len(shown):
            return all(any(fits(each, one) for one in answer) for each in wanted)
        return len(shown) == len(answer) and all(map(fits, shown, answer))
    return bool(shown == answer)


def queries_in(block: Block) -> list[str]:
    """The GraphQL documents of an example: its text, or the bodies that its curl commands send."""
    if block.language == "graphql":
        return [block.text]
    words = shlex.split(block.text, comments=True)
    bodies = [body for option, body in pairwise(words) if option == "-d"]
    return [json.loads(body)["query"] for body in bodies]
