"""HTTP as bytes, for what no client library would send."""

import asyncio

from tests.support.patience import PATIENCE_SECONDS


async def answer_to(port: int, data: bytes) -> bytes:
    """All that the server says until it closes; TimeoutError when it does not close."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(data)
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await reader.read()
    except ConnectionResetError:
        return b""
    finally:
        writer.close()
