"""One reading of `DATABASE_URL` for every driver: what it may contain, and what that means.

Dialect names of other drivers stand for the database they belong to, and a parameter means the same
for every driver. Pure: no file is opened, nothing is connected.
"""

from dataclasses import dataclass
from typing import Literal, Self

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

FORM = (
    "must look like mysql+pymysql://user:password@host:3306/name, or be left out "
    "(in the password, @ is %40 and : is %3A)"
)
SQLITE = {"sqlite", "sqlite+pysqlite", "sqlite+aiosqlite"}
MYSQL_DRIVERS = {"", "pymysql", "asyncmy", "aiomysql", "mysqldb", "mysqlconnector"}
MYSQL = {
    f"{name}+{driver}".rstrip("+") for name in ("mysql", "mariadb") for driver in MYSQL_DRIVERS
}

OURS = {"autocommit", "init_command", "isolation_level", "local_infile", "sql_mode", "use_unicode"}
"""Set by the app on every connection, because what it does depends on them."""
TLS = {
    *("ssl", "ssl_mode", "ssl_disabled", "ssl_verify_cert", "ssl_verify_identity"),
    *("ssl_check_hostname", "ssl_ca", "ssl_capath", "ssl_cert", "ssl_key", "ssl_key_password"),
    "ssl_cipher",
}
SECONDS = {"connect_timeout", "read_timeout", "write_timeout"}
KNOWN = TLS | SECONDS | {"charset", "unix_socket"}
YES, NO = {"true", "1", "yes", "on"}, {"false", "0", "no", "off"}
MODES = ("DISABLED", "REQUIRED", "VERIFY_CA", "VERIFY_IDENTITY")


class UnusableUrl(ValueError):
    """`DATABASE_URL` cannot be used. The text says why and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Tls:
    """How a connection is encrypted: certificate files as paths, and what is verified."""

    verify: Literal["nobody", "authority", "name"]
    ca: str | None = None
    capath: str | None = None
    cert: str | None = None
    key: str | None = None
    key_password: str | None = None
    cipher: str | None = None

    @classmethod
    def read(cls, options: dict[str, str]) -> Self | None:
        """From the parameters of a URL; None where it asks for no encryption."""
        given = {name: value for name, value in options.items() if name in TLS}
        if not given:
            return None
        mode = _mode(given)
        off = mode == "DISABLED" or _flag(given, "ssl_disabled") or _flag(given, "ssl") is False
        switches = {"ssl", "ssl_disabled", "ssl_mode"}
        if off:
            if mode not in (None, "DISABLED") or given.keys() - switches or _flag(given, "ssl"):
                raise UnusableUrl("has parameters for TLS, and one that switches it off")
            return None
        if given.keys() == {"ssl_disabled"}:
            return None  # false: what would be without it
        parts = {name.removeprefix("ssl_"): value for name, value in given.items()}
        files = ("ca", "capath", "cert", "key", "key_password", "cipher")
        return cls(_checked(mode, given), **{name: parts.get(name) for name in files})


def read(value: str) -> URL:
    """The URL with a dialect of ours (`sqlite` or `mysql+pymysql`) and known parameters only.

    Raises UnusableUrl, whose text shows no part of the value: it holds a password.
    """
    try:
        url = make_url(value)
    except (ArgumentError, ValueError):
        raise UnusableUrl(FORM) from None
    if url.drivername in SQLITE:
        return _sqlite(url)
    if url.drivername in MYSQL:
        return _mysql(url)
    raise UnusableUrl(FORM)


def options_of(url: URL) -> dict[str, str]:
    """The parameters of a URL that `read` gave, by name."""
    return {name: str(value) for name, value in url.query.items()}


def _sqlite(url: URL) -> URL:
    # In memory, each connection would have a database of its own.
    if (url.database or ":").startswith((":", "file:")):
        raise UnusableUrl("SQLite needs a file, such as sqlite:///data/chat.db")
    if url.query:
        raise UnusableUrl(f"SQLite takes no parameters here: {_names(url.query)}")
    return url.set(drivername="sqlite")


def _mysql(url: URL) -> URL:
    options = {name.lower().replace("-", "_"): value for name, value in url.query.items()}
    if "socket" in options:
        options["unix_socket"] = options.pop("socket")
    if ours := options.keys() & OURS:
        raise UnusableUrl(f"may not have {_names(ours)}: the app sets that itself")
    if unknown := options.keys() - KNOWN:
        raise UnusableUrl(f"has unknown parameters: {_names(unknown)}. Known: {_names(KNOWN)}")
    if twice := {name for name, value in options.items() if not isinstance(value, str)}:
        raise UnusableUrl(f"has a parameter twice: {_names(twice)}")
    if not url.database:
        raise UnusableUrl(FORM)
    texts = {name: str(value) for name, value in options.items()}
    if texts.pop("charset", "utf8mb4").lower() not in ("utf8mb4", "utf8"):
        raise UnusableUrl("has a charset other than utf8mb4, in which texts would be lost")
    for name in texts.keys() & SECONDS:
        if not texts[name].isascii() or not texts[name].isdigit() or not int(texts[name]):
            raise UnusableUrl(f"has no whole seconds in {name}")
    Tls.read(texts)
    return url.set(drivername="mysql+pymysql", query=texts)


def _mode(options: dict[str, str]) -> str | None:
    if "ssl_mode" not in options:
        return None
    mode = options["ssl_mode"].upper().replace("-", "_")
    if mode not in MODES:
        raise UnusableUrl(f"has an ssl_mode that is none of {', '.join(MODES)}")
    return mode


def _checked(mode: str | None, options: dict[str, str]) -> Literal["nobody", "authority", "name"]:
    """What is verified. An authority's file alone means both certificate and name."""
    if mode == "VERIFY_IDENTITY":
        return "name"
    if mode == "VERIFY_CA":
        return "authority"
    has_authority = bool({"ssl_ca", "ssl_capath"} & options.keys())
    if mode == "REQUIRED":
        return "authority" if has_authority else "nobody"
    identity = _flag(options, "ssl_verify_identity")
    if identity is None:
        identity = _flag(options, "ssl_check_hostname")
    if identity:
        return "name"
    certificate = _flag(options, "ssl_verify_cert")
    if certificate is None:
        certificate = has_authority
    if not certificate:
        return "nobody"
    return "authority" if identity is False else "name"


def _flag(options: dict[str, str], name: str) -> bool | None:
    value = options.get(name)
    if value is None:
        return None
    if value.lower() not in YES | NO:
        raise UnusableUrl(f"has neither true nor false in {name}")
    return value.lower() in YES


def _names(names: object) -> str:
    return ", ".join(sorted(map(str, names)))  # type: ignore[call-overload]
