"""One key per conversation, wrapped by a master key that lives outside the database.

Destroying the wrapped key makes everything written under it unreadable, in backups as well.
Importable on Python 3.10: Rasa's tracker store uses it too.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from pathlib import Path
from typing import NewType

from cryptography.fernet import Fernet, InvalidToken

WrappedKey = NewType("WrappedKey", bytes)


class Unreadable(Exception):
    """A text or key that was not made with this key: wrong master key, or the key was destroyed."""


class Cipher:
    """Encrypts and decrypts the texts of one conversation."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)

    def encrypt(self, text: str) -> bytes:
        """Authenticated encryption; two calls with one text give two results."""
        return self._fernet.encrypt(text.encode("utf-8"))

    def decrypt(self, token: bytes) -> str:
        """The text again. Raises Unreadable."""
        try:
            return self._fernet.decrypt(token).decode("utf-8")
        except InvalidToken as error:
            raise Unreadable("not encrypted with this conversation's key") from error


class MasterKey:
    """Wraps and unwraps the keys of conversations."""

    def __init__(self, key: bytes) -> None:
        self._fernet = Fernet(key)
        self._hash_key = hashlib.sha256(b"fingerprint" + key).digest()

    @classmethod
    def load_or_create(cls, path: Path) -> MasterKey:
        """Read the key file, or make one that only its owner can read (mode 0600).

        `BAKEN_MASTER_KEY` in the environment goes before the file, for operators who keep secrets elsewhere.
        """
        given = os.environ.get("BAKEN_MASTER_KEY")
        if given:
            return cls(given.encode("ascii"))
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        except FileExistsError:
            return cls(path.read_bytes().strip())
        with os.fdopen(handle, "wb") as file:
            key = Fernet.generate_key()
            file.write(key)
        return cls(key)

    def seal(self, text: str) -> bytes:
        """Encrypt something that belongs to no conversation yet."""
        return self._fernet.encrypt(text.encode("utf-8"))

    def unseal(self, token: bytes) -> str:
        """What `seal` encrypted. Raises Unreadable."""
        try:
            return self._fernet.decrypt(token).decode("utf-8")
        except InvalidToken as error:
            raise Unreadable("not sealed with this master key") from error

    def fingerprint(self, text: str) -> str:
        """A keyed hash (HMAC-SHA-256, hex): recognises a text again, and tells nothing without the key."""
        return hmac.new(self._hash_key, text.encode("utf-8"), hashlib.sha256).hexdigest()

    def new_conversation_key(self) -> WrappedKey:
        """A fresh key for a conversation, wrapped; the bare key is never stored."""
        return WrappedKey(self._fernet.encrypt(Fernet.generate_key()))

    def cipher(self, wrapped: WrappedKey) -> Cipher:
        """The cipher of a conversation. Raises Unreadable when the wrapped key belongs to another master key."""
        try:
            return Cipher(self._fernet.decrypt(bytes(wrapped)))
        except InvalidToken as error:
            raise Unreadable("the master key is not the one these conversations were encrypted with") from error
