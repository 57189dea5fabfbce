"""Settings of claims: where a token says who its bearer is, and how the issuer calls the roles."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.config.groups.settings_group import SettingsGroup
from gateway.config.json_pointer import JsonPointer

RoleName = Literal["LEARNER", "INSTRUCTOR", "ADMIN", "SERVICE"]


def _parse_pairs(text: str, example: str) -> Mapping[str, str]:
    """The pairs of a list such as `example`, in its order."""
    pairs = [each.strip().rpartition("=") for each in text.split(",") if each.strip()]
    parsed = {name.strip(): value.strip() for name, _, value in pairs}
    if not all(parsed) or len(parsed) < len(pairs):
        raise ValueError(f"not a list such as {example}")
    return parsed


def _parse_roles(given: object) -> object:
    return _parse_pairs(given, "student=LEARNER,teacher=INSTRUCTOR") if isinstance(given, str) else given


def _parse_required(given: object) -> object:
    return _parse_pairs(given, "/token_type=access") if isinstance(given, str) else given


def _check_pointer(text: str) -> str:
    JsonPointer.parse(text)
    return text


Pointer = Annotated[str, AfterValidator(_check_pointer)]
Required = Annotated[Mapping[Pointer, str], BeforeValidator(_parse_required)]
Roles = Annotated[Mapping[str, RoleName], BeforeValidator(_parse_roles)]


class ClaimsSettings(SettingsGroup):
    """JSON pointers (RFC 6901) to the claims of a token. `roles`: the issuer's name → ours, the role that counts first;
    empty: the names are ours. `default_role`: of tokens without any of them; None refuses those. `required`: pointer →
    the text that must be there."""

    subject: Pointer = Field(default="/sub", validation_alias="GATEWAY_CLAIM_SUBJECT")
    role: Pointer = Field(default="/role", validation_alias="GATEWAY_CLAIM_ROLE")
    courses: Pointer = Field(default="/courses", validation_alias="GATEWAY_CLAIM_COURSES")
    scopes: Pointer = Field(default="/scopes", validation_alias="GATEWAY_CLAIM_SCOPES")
    required: Required = Field(default={}, validation_alias="GATEWAY_CLAIM_REQUIRED")
    roles: Roles = Field(default={}, validation_alias="GATEWAY_ROLES")
    default_role: RoleName | None = Field(default=None, validation_alias="GATEWAY_DEFAULT_ROLE")
