"""Seals what only one person, or only the bot, may read, before it is written down.

A sealed text names the place where it is kept, its *context*: moved to another row, person or workspace it
does not open. The newest key seals and every key opens, so keys can be changed while the bot works.
"""

import json
from collections.abc import Sequence
from typing import Self

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

MALFORMED = (
    "key number {number} is not one; `action-learning new-key` makes keys. "
    "Several are separated by commas, the newest first"
)


class MalformedKey(ValueError):
    """Not a key. The text says which of them, by its number, and never quotes it."""


class CannotOpen(Exception):
    """The text was not sealed with any of these keys, or not for this place, or it was changed."""


class NoKeys(Exception):
    """Something sealed was to be written or read by who was given no keys."""

    def __init__(self) -> None:
        super().__init__("there are no keys here with which to seal or open")


def new_key() -> str:
    """A key made by the operating system's chance."""
    return Fernet.generate_key().decode("ascii")


class Vault:
    """Seals with the first of its keys and opens with any. Without keys it does neither: `NoKeys`."""

    def __init__(self, keys: Sequence[str] = ()) -> None:
        """Raises `MalformedKey`."""
        ciphers = [_cipher(number, key) for number, key in enumerate(keys, start=1)]
        self._newest = ciphers[0] if ciphers else None
        self._all = MultiFernet(ciphers) if ciphers else None

    @classmethod
    def read(cls, keys: str) -> Self:
        """The vault of keys that are separated by commas, the newest first. Raises `MalformedKey`."""
        return cls([key.strip() for key in keys.split(",")])

    def seal(self, text: str, context: str) -> str:
        """The text, readable again only by `open` with one of the keys and the same ``context``."""
        if self._newest is None:
            raise NoKeys
        return self._newest.encrypt(json.dumps([context, text]).encode()).decode("ascii")

    def open(self, sealed: str, context: str) -> str:
        """The text that was sealed. Raises `CannotOpen`."""
        if self._all is None:
            raise NoKeys
        return _in_its_place(self._all, sealed, context)

    def sealed_with_newest(self, sealed: str, context: str) -> bool:
        """Whether this needs no new sealing. Raises `CannotOpen` where no key opens it."""
        self.open(sealed, context)
        try:
            _in_its_place(self._newest, sealed, context)
        except CannotOpen:
            return False
        return True


def _in_its_place(cipher: Fernet | MultiFernet | None, sealed: str, context: str) -> str:
    assert cipher is not None
    try:
        place, text = json.loads(cipher.decrypt(sealed.encode()))
    except InvalidToken as wrong:
        raise CannotOpen("none of the keys opens this") from wrong
    if place != context:
        raise CannotOpen("this was sealed for another place")
    return str(text)


def _cipher(number: int, key: str) -> Fernet:
    try:
        return Fernet(key)
    except ValueError as wrong:
        raise MalformedKey(MALFORMED.format(number=number)) from wrong
