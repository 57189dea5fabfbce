"""The verification of tokens that the settings describe."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial

from gateway.config.groups.auth import AuthSettings
from gateway.config.groups.claims import ClaimsSettings
from gateway.config.json_pointer import JsonPointer
from gateway.http.auth.claims import OWN_ROLES, ClaimMapping
from gateway.http.auth.jwks import RemoteKeys
from gateway.http.auth.jwks_request import fetch_jwks
from gateway.http.auth.key_files import key_of_secret, read_key_file
from gateway.http.auth.keys import Keys, KeySet, UnusableKey
from gateway.http.auth.verification import TokenRules, Verification
from gateway.observability.tracing.tracing import Tracing
from gateway.runtime.clock import utc_now
from gateway.runtime.errors import CommandError
from resolvers.viewer import Role


def verification_of(
    settings: AuthSettings,
    claims: ClaimsSettings,
    *,
    secret: str | None,
    now: Callable[[], datetime] = utc_now,
    tracing: Tracing | None = None,
) -> Verification:
    """Verifies by `secret`, if there is one, and by every key of the settings. Raises `CommandError` for key files that
    cannot be used. `tracing`: None if requests for a JWKS are not traced."""
    rules = TokenRules(
        issuer=settings.issuer,
        audience=settings.audience,
        leeway=settings.leeway,
        longest=timedelta(days=settings.longest_days),
    )
    return Verification(
        key_sources(settings, secret, tracing),
        rules=rules,
        mapping=mapping_of(claims),
        recheck=settings.jwks_refresh,
        now=now,
    )


def key_sources(settings: AuthSettings, secret: str | None, tracing: Tracing | None = None) -> Sequence[Keys]:
    """All sources of keys. Raises `CommandError`."""
    previous = settings.previous_secret
    secrets = [secret, None if previous is None else previous.get_secret_value()]
    sources: list[Keys] = [KeySet([key_of_secret(each) for each in secrets if each is not None])]
    for path in settings.keys:
        try:
            sources.append(read_key_file(path))
        except UnusableKey as error:
            raise CommandError(f"GATEWAY_AUTH_KEYS: {path} {error}") from None
    if settings.jwks_url is not None:
        sources.append(RemoteKeys(partial(fetch_jwks, settings.jwks_url, tracing), refresh=settings.jwks_refresh))
    return sources


def mapping_of(settings: ClaimsSettings) -> ClaimMapping:
    """The mapping of claims."""
    parse = JsonPointer.parse
    return ClaimMapping(
        subject=parse(settings.subject),
        role=parse(settings.role),
        courses=parse(settings.courses),
        scopes=parse(settings.scopes),
        roles={name: Role(role) for name, role in settings.roles.items()} or OWN_ROLES,
        required={parse(pointer): text for pointer, text in settings.required.items()},
        default_role=None if settings.default_role is None else Role(settings.default_role),
    )


def verification_by(secret: str) -> Verification:
    """Verifies the tokens that `Tokens` mints with this secret, by the default settings."""
    return verification_of(AuthSettings(), ClaimsSettings(), secret=secret)
