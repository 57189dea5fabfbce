"""Settings of claims: where a token says who its bearer is, and how the issuer calls the roles."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from gateway.config.groups.settings_group import SettingsGroup, pairs_as
from gateway.config.json_pointer import JsonPointer

RoleName = Literal["LEARNER", "INSTRUCTOR", "ADMIN", "SERVICE"]


def _check_pointer(text: str) -> str:
    JsonPointer.parse(text)
    return text


Pointer = Annotated[str, AfterValidator(_check_pointer)]
Required = Annotated[Mapping[Pointer, str], pairs_as("/token_type=access")]
Roles = Annotated[Mapping[str, RoleName], pairs_as("student=LEARNER,teacher=INSTRUCTOR")]


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
