"""Check of the providers that people log in by."""

from collections.abc import AsyncIterator

from app.cli.doctor.check import Check
from app.config import Settings
from app.oidc_settings import setting_name
from app.services.oidc.refusal import OidcRefused
from app.services.oidc.service import providers_of

ADVICE = {
    "address_not_allowed": "name its host in ALLOWED_PRIVATE_OIDC_HOSTS if it is one of yours",
    "discovery_of_another_issuer": "write the issuer as its metadata do, to the letter",
    "no_algorithm": "have it sign with RS256, PS256, ES256 or EdDSA",
}


async def check_providers(settings: Settings) -> list[Check]:
    """Whether each answers for itself, with keys; the redirect URI that it has to know."""
    return [check async for check in _checks(settings)]


async def _checks(settings: Settings) -> AsyncIterator[Check]:
    for provider in providers_of(settings).values():
        name = f"Provider {provider.slug}"
        try:
            await provider.check()
        except OidcRefused as error:
            advice = ADVICE.get(error.reason, f"check {setting_name(provider.slug, 'issuer')}")
            yield Check(name, False, f"{provider.rules.issuer}: {error.reason}", advice)
        else:
            yield Check(name, True, f"answers; its redirect URI: {provider.redirect_uri}")
