"""Settings of claims: where a token says who its bearer is, and how the issuer calls the roles."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from gateway.config.groups.settings_group import SettingsGroup
from gateway.config.json_pointer import JsonPointer

RoleName = Literal["LEARNER", "INSTRUCTOR", "ADMIN", "SERVICE"]


def _parse_roles(given: object) -> object:
    """The roles of a list such as `student=LEARNER,teacher=INSTRUCTOR`, in its order."""
    if not isinstance(given, str):
        return given
    pairs = [each.strip().rpartition("=") for each in given.split(",") if each.strip()]
    roles = {name.strip(): role.strip() for name, _, role in pairs}
    if not all(roles) or len(roles) < len(pairs):
        raise ValueError("not a list such as student=LEARNER,teacher=INSTRUCTOR")
    return roles


def _parse_required(given: object) -> object:
    """The values of a list such as `/token_type=access`, by pointer."""
    if not isinstance(given, str):
        return given
    pairs = [each.strip().rpartition("=") for each in given.split(",") if each.strip()]
    return {pointer.strip(): value.strip() for pointer, _, value in pairs}


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
