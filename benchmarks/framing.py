"""WebSocket frames, as little of RFC 6455 as a benchmark over loopback needs."""

import base64
import hashlib
import secrets
import struct

TEXT = 0x81
MASK = 0x80
ACCEPT_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
NO_MASK = bytes(4)


def text_frame(payload: bytes) -> bytes:
    """A text frame as a server sends it."""
    size = len(payload)
    if size < 126:
        return b"%c%c%b" % (TEXT, size, payload)
    if size < 65_536:
        return b"%c%c%b%b" % (TEXT, 126, size.to_bytes(2), payload)
    return b"%c%c%b%b" % (TEXT, 127, size.to_bytes(8), payload)


def client_frame(payload: bytes) -> bytes:
    """A text frame as a client sends it, under a mask of zeros, which changes no byte."""
    if len(payload) >= 126:
        raise ValueError("longer than what a benchmark says")
    return b"%c%c%b%b" % (TEXT, MASK | len(payload), NO_MASK, payload)


def unmasked(frame: bytes) -> bytes:
    """The payload of a short client frame."""
    mask = frame[2:6]
    return bytes(byte ^ mask[i % 4] for i, byte in enumerate(frame[6 : 6 + (frame[1] & 127)]))


def client_frames(data: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """The opcodes and payloads of the whole frames in what a client sent, and the bytes after."""
    frames, at = [], 0
    while len(data) - at >= 6:
        size, head = data[at + 1] & 127, 6
        if size > 125:
            wide = 2 if size == 126 else 8
            size, head = int.from_bytes(data[at + 2 : at + 2 + wide]), 6 + wide
        if len(data) - at < head + size:
            break
        start = at + head
        mask = data[start - 4 : start]
        payload = data[start : start + size]
        if mask != NO_MASK:
            key = int.from_bytes((mask * (size // 4 + 1))[:size])
            payload = (int.from_bytes(payload) ^ key).to_bytes(size)
        frames.append((data[at] & 15, payload))
        at = start + size
    return frames, data[at:]


def handshake(path: str) -> bytes:
    """A client's opening request (§4.1)."""
    key = base64.b64encode(secrets.token_bytes(16)).decode()
    return (
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()


def accepted(key: bytes) -> bytes:
    """A server's answer to it (§4.2.2)."""
    accept = base64.b64encode(hashlib.sha1(key + ACCEPT_GUID).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


def split_frames(data: bytes) -> tuple[list[bytes], bytes]:
    """The payloads of the whole text frames in what a server sent, and the bytes after them."""
    payloads, at = [], 0
    while len(data) - at >= 2:
        size, head = data[at + 1] & 127, 2
        if size == 126 and len(data) - at >= 4:
            (size,), head = struct.unpack_from(">H", data, at + 2), 4
        elif size == 127 and len(data) - at >= 10:
            (size,), head = struct.unpack_from(">Q", data, at + 2), 10
        elif size > 125:
            break
        if len(data) - at < head + size:
            break
        if data[at] == TEXT:
            payloads.append(data[at + head : at + head + size])
        at += head + size
    return payloads, data[at:]
