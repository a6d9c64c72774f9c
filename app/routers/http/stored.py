"""What people have stored, sent so that no browser runs any of it."""

from typing import Annotated

from fastapi import Header, Response

KnownTags = Annotated[str, Header(alias="If-None-Match")]

HARMLESS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-cache",
}
"""Whatever a file holds, a browser that is led to it runs nothing; and asks again each time, as
its owner may not be logged in any more."""


def stored_picture(type: str, content: bytes, tag: str, known: str) -> Response:
    """A picture; only that it is the same where its tag is known."""
    headers = {**HARMLESS, "ETag": f'"{tag}"'}
    if headers["ETag"] in known:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=type, headers=headers)
