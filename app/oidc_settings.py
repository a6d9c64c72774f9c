"""The providers that people log in with: `OIDC_<SLUG>_<NAME>` in the environment or in `.env`."""

import re
from collections.abc import Mapping
from typing import Annotated, Any, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, Field, SecretStr, model_validator

PREFIX = "oidc"
FIELD = "oidc_providers"
"""What the setting is called that holds them all."""
LOOPBACK = {"localhost", "127.0.0.1", "::1"}
SLUG = r"[a-z0-9]+(?:_[a-z0-9]+)*?"


def is_secure(url: str) -> bool:
    """Whether nobody on the way can read or change what is asked of an absolute URL: https, or this
    machine itself."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)


def _issuer(value: str) -> str:
    try:
        parts = urlsplit(value)
        sound = parts.hostname and parts.port != 0 and not (parts.query or parts.fragment)
        sound = sound and not (parts.username or parts.password) and is_secure(value)
    except ValueError:
        sound = False
    if not sound or not value.isascii() or not value.isprintable() or " " in value:
        raise ValueError("must be an https address, as the provider itself writes it")
    return value


def _listed(value: object) -> object:
    if isinstance(value, str):
        return [item.strip() for item in value.split(",") if item.strip()]
    return value


class OidcProvider(BaseModel):
    """One provider (OpenID Connect Core 1.0). docs/settings.toml explains each of its settings."""

    issuer: Annotated[str, Field(max_length=500), AfterValidator(_issuer)]
    client_id: Annotated[str, Field(min_length=1, max_length=255)]
    client_secret: SecretStr = SecretStr("")
    label: Annotated[str, Field(max_length=50)] = ""
    groups_claim: Annotated[str, Field(max_length=200)] = ""
    admin_group: Annotated[str, Field(max_length=200)] = ""
    allowed_groups: Annotated[list[str], BeforeValidator(_listed)] = []

    @model_validator(mode="after")
    def _groups_are_claimed(self) -> Self:
        if (self.admin_group or self.allowed_groups) and not self.groups_claim:
            raise ValueError("GROUPS_CLAIM must be set with ADMIN_GROUP or ALLOWED_GROUPS")
        return self


_NAME = re.compile(rf"{PREFIX}_({SLUG})_({'|'.join(OidcProvider.model_fields)})")


def providers_in(*sources: Mapping[str, str | None]) -> dict[str, dict[str, Any]]:
    """The settings of each provider by its slug; of two sources the first one counts. Names are in
    lower case, as all settings are read."""
    found: dict[str, dict[str, Any]] = {}
    for source in reversed(sources):
        for name, value in source.items():
            if value and (match := _NAME.fullmatch(name.lower())):
                found.setdefault(match[1].replace("_", "-"), {})[match[2]] = value
    return found


def setting_name(slug: str, *field: str) -> str:
    """What a setting of a provider is called in the environment, or what all of its begin with."""
    return "_".join((PREFIX, slug.replace("-", "_"), *field)).upper()


def check_providers(providers: Mapping[str, OidcProvider], public_url: str) -> None:
    """Raise ValueError for what would make two providers one, or have secrets travel openly."""
    issuers = [provider.issuer for provider in providers.values()]
    if len(set(issuers)) < len(issuers):
        raise ValueError("two OIDC_…_ISSUER are the same: people are known by their issuer")
    if providers and not (public_url and is_secure(public_url)):
        raise ValueError("PUBLIC_URL must be https (or http://localhost) where OIDC_… are set")
