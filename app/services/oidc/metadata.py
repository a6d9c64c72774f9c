"""What a provider says of itself (OpenID Connect Discovery 1.0). Pure functions."""

from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from app.oidc_settings import is_secure
from app.services.oidc.refusal import invalid

ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""All that are ever taken: public keys alone, so that nothing that everybody knows signs."""
WELL_KNOWN = "/.well-known/openid-configuration"
URL_CHARACTERS = 2_000
ClientAuth = Literal["client_secret_basic", "client_secret_post"]


@dataclass(frozen=True, slots=True)
class Metadata:
    """Where to send people and where to ask. `algorithms`: what its tokens are signed with.
    `names_itself`: every answer that passes through a browser says who it is of (RFC 9207)."""

    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str | None
    algorithms: tuple[str, ...]
    client_auth: ClientAuth
    names_itself: bool
    takes_claims: bool
    has_groups_scope: bool


def address_of(issuer: str) -> str:
    """Where a provider's metadata is (section 4.1)."""
    return issuer.rstrip("/") + WELL_KNOWN


def read_metadata(document: dict[str, Any], issuer: str) -> Metadata:
    """The metadata of this issuer and of no other; OidcRefused where they make no sense."""
    if document.get("issuer") != issuer:
        raise invalid("discovery_of_another_issuer")
    offered = _texts(document.get("id_token_signing_alg_values_supported")) or ["RS256"]
    auth = _texts(document.get("token_endpoint_auth_methods_supported"))
    posts = "client_secret_post" in auth and "client_secret_basic" not in auth
    return Metadata(
        authorization_endpoint=_endpoint(document, "authorization_endpoint", issuer),
        token_endpoint=_endpoint(document, "token_endpoint", issuer),
        jwks_uri=_endpoint(document, "jwks_uri", issuer),
        userinfo_endpoint=(
            _endpoint(document, "userinfo_endpoint", issuer)
            if document.get("userinfo_endpoint")
            else None
        ),
        algorithms=tuple(name for name in ALGORITHMS if name in offered),
        client_auth="client_secret_post" if posts else "client_secret_basic",
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
        takes_claims=document.get("claims_parameter_supported") is True,
        has_groups_scope="groups" in _texts(document.get("scopes_supported")),
    )


def _endpoint(document: dict[str, Any], name: str, issuer: str) -> str:
    """An address, over https unless the issuer itself is on this machine without."""
    url = document.get(name)
    if not isinstance(url, str) or not _is_sound(url, urlsplit(issuer).scheme == "http"):
        raise invalid(f"discovery_{name}")
    return url


def _is_sound(url: str, plain: bool) -> bool:
    if not url.isascii() or len(url) > URL_CHARACTERS:
        return False
    try:
        parts = urlsplit(url)
        secure = parts.scheme == "https" or (plain and is_secure(url))
    except ValueError:
        return False
    return bool(secure and parts.hostname and not parts.fragment)


def _texts(value: object) -> list[str]:
    return [text for text in value if isinstance(text, str)] if isinstance(value, list) else []
