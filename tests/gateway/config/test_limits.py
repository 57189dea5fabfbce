"""docs/limits.md has every limit, its default and its setting, and the cost of its example."""

import re
from dataclasses import fields, replace
from pathlib import Path

from strawberry.utils.str_converters import to_camel_case

from gateway.config.groups.limits import LimitsSettings
from resolvers.limits import Limits
from tests.resolvers import world
from tests.resolvers.queries import SCHEMA

GUIDE = (Path(__file__).resolve().parents[3] / "docs/limits.md").read_text(encoding="utf-8")


def test_the_guide_lists_every_limit() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\d+) \| `(GATEWAY_LIMIT_\w+)` \|", GUIDE, re.MULTILINE)
    settings = LimitsSettings.model_fields
    limits = [each for each in fields(Limits) if each.type is int or each.type == "int"]
    assert sorted(rows) == sorted(
        (to_camel_case(each.name), str(each.default), str(settings[each.name].validation_alias)) for each in limits
    )


def test_settings_without_values_are_the_default_limits() -> None:
    assert LimitsSettings().of_peers() == replace(Limits(), introspection="admin")


async def test_the_example_costs_what_the_guide_says() -> None:
    [query] = re.findall(r"```graphql\n(.*?)```", GUIDE, re.DOTALL)
    [cost] = re.findall(r"Its estimated cost is (\d+)", GUIDE)
    charged: list[float] = []
    peer = replace(world.peer_of(await world.open_school(), world.admin()), charge=charged.append)
    assert (await SCHEMA.execute(query, context_value=peer)).errors is None
    assert charged == [int(cost)]
