"""API keys at rest: authenticated encryption, bound to the user and the URL they were saved for.

And what is signed with keys made from the same master keys: the audit log's head, and pictures.
"""

import base64
import hmac
import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.config import fernet_key
from app.errors import KeyUnreadable

CANARY = b"canary"


class KeyVault:
    """Seals and opens API keys. `keys`: base64 master keys, newest first; all of them open."""

    def __init__(self, keys: list[str]) -> None:
        fernets = [Fernet(fernet_key(key)) for key in keys]
        self._newest = fernets[0]
        self._fernet = MultiFernet(fernets)
        self.signer = HeadSigner(keys)

    def seal(self, user_id: int, base_url: str, api_key: str) -> str:
        """The ciphertext to store for this user and this URL."""
        content = {"user": user_id, "base_url": base_url, "key": api_key}
        return self._fernet.encrypt(json.dumps(content).encode()).decode()

    def open(self, user_id: int, base_url: str, sealed: str) -> str:
        """The API key; KeyUnreadable when it was sealed for another user, URL or master key."""
        try:
            content = json.loads(self._fernet.decrypt(sealed.encode()))
        except InvalidToken as error:
            raise KeyUnreadable from error
        if content["user"] != user_id or content["base_url"] != base_url:
            raise KeyUnreadable
        return str(content["key"])

    def canary(self) -> str:
        """A ciphertext that holds no secret: whether it opens tells whether the key is right."""
        return self._newest.encrypt(CANARY).decode()

    def recognises(self, canary: str) -> bool:
        """Whether one of these master keys made the canary."""
        return self._opens(self._fernet, canary)

    def is_newest(self, sealed: str) -> bool:
        """Whether the newest master key opens a ciphertext."""
        return self._opens(self._newest, sealed)

    def renewed(self, sealed: str) -> str:
        """The same content under the newest master key; KeyUnreadable when none opens it."""
        try:
            return self._fernet.rotate(sealed.encode()).decode()
        except InvalidToken as error:
            raise KeyUnreadable from error

    @staticmethod
    def _opens(fernet: Fernet | MultiFernet, sealed: str) -> bool:
        try:
            fernet.decrypt(sealed.encode())
        except InvalidToken:
            return False
        return True


class HeadSigner:
    """Signs the audit log's head (HMAC-SHA256). `keys`: as of `KeyVault`; the newest signs.
    Without any it signs nothing and knows no signature.

    Keys and their public ids are derived by HKDF (RFC 5869), so that neither tells the master key.
    """

    def __init__(self, keys: list[str]) -> None:
        masters = [base64.urlsafe_b64decode(fernet_key(key)) for key in keys]
        self._keys = {_derived(key, b"audit head id", 8): _head_key(key) for key in masters}
        self.key_id = next(iter(self._keys), b"")

    def knows(self, key_id: bytes) -> bool:
        """Whether the key with this id is here."""
        return key_id in self._keys

    def sign(self, content: bytes) -> bytes:
        """The signature with the newest key."""
        return hmac.digest(self._keys[self.key_id], content, "sha256")

    def verifies(self, key_id: bytes, content: bytes, signature: bytes) -> bool:
        """Whether the key with this id made the signature."""
        return hmac.compare_digest(hmac.digest(self._keys[key_id], content, "sha256"), signature)


class PictureMarks:
    """By which a picture that was drawn here is known when it comes back in an export
    (HMAC-SHA256). `keys`: as of `KeyVault`; the newest marks."""

    def __init__(self, keys: list[str]) -> None:
        masters = [base64.urlsafe_b64decode(fernet_key(key)) for key in keys]
        self._keys = [_derived(key, b"picture mark", 32) for key in masters]

    def mark(self, sha256: bytes) -> str:
        """That of a picture with these bytes; empty without a key."""
        return hmac.digest(self._keys[0], sha256, "sha256").hex() if self._keys else ""

    def knows(self, sha256: bytes, mark: str) -> bool:
        """Whether a picture with these bytes was marked so here."""
        marks = [hmac.digest(key, sha256, "sha256").hex().encode() for key in self._keys]
        return any(hmac.compare_digest(each, mark.encode()) for each in marks)


def _head_key(master: bytes) -> bytes:
    return _derived(master, b"audit head signature", 32)


def _derived(master: bytes, purpose: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt=None, info=b"chat-backend " + purpose).derive(master)
