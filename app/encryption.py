"""API keys at rest: authenticated encryption, bound to the user and the URL they were saved for."""

import json

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from app.config import fernet_key
from app.errors import KeyUnreadable


class KeyVault:
    """Seals and opens API keys. `keys`: base64 master keys, newest first; all of them open."""

    def __init__(self, keys: list[str]) -> None:
        self._fernet = MultiFernet([Fernet(fernet_key(key)) for key in keys])

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
