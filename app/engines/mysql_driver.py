"""What PyMySQL and asyncmy are both given to connect with, read from one URL."""

import ssl
from typing import Any

from sqlalchemy.engine import URL

from app.database_url import SECONDS, Tls, options_of
from app.engines.failures import UnusableDatabase

CONNECT_SECONDS = 5


def connect_args(url: URL) -> dict[str, Any]:
    """Arguments that PyMySQL and asyncmy both take, for a URL that `database_url.read` gave.

    Raises UnusableDatabase when a file for TLS cannot be used.
    """
    options = options_of(url)
    given: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "charset": "utf8mb4"}
    given |= {name: int(options[name]) for name in SECONDS & options.keys()}
    given.pop("write_timeout", None)  # one driver has none: a transaction has its own limit
    context = _tls(options)
    more = {"unix_socket": options.get("unix_socket"), "ssl": context}
    return given | {name: value for name, value in more.items() if value is not None}


def bare(url: URL) -> URL:
    """The URL without its parameters, which are read separately."""
    return url.set(query={})


def _tls(options: dict[str, str]) -> ssl.SSLContext | None:
    asked = Tls.read(options)
    if asked is None:
        return None
    try:
        context = ssl.create_default_context(cafile=asked.ca, capath=asked.capath)
        if asked.cert:
            context.load_cert_chain(asked.cert, asked.key, asked.key_password)
        if asked.cipher:
            context.set_ciphers(asked.cipher)
    except (OSError, ssl.SSLError) as error:
        raise UnusableDatabase(
            f"DATABASE_URL names files for TLS that cannot be used: {error.strerror or error}"
        ) from error
    # Certificates that MySQL makes by itself do not keep to all of RFC 5280.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    context.check_hostname = asked.verify == "name"
    context.verify_mode = ssl.CERT_NONE if asked.verify == "nobody" else ssl.CERT_REQUIRED
    return context
