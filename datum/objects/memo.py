"""Memo tables: results that cost something to find out and can be found out again."""

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from datum.objects.environment import Environment

__all__ = ["LocalMemo", "Memo", "MemoryMemo"]

_KEY_LIMIT = 500
"""LMDB takes keys of 511 bytes at most; longer ones are kept under their digest."""


class Memo(Protocol):
    """Tables of bytes by bytes. Everything in them may vanish at any time."""

    def get(self, table: str, key: bytes) -> bytes | None:
        """What was put under *key*, None if it is not (or no longer) known."""
        ...

    def get_many(self, table: str, keys: Sequence[bytes]) -> list[bytes | None]:
        """Like ``get`` for each key, as one batch."""
        ...

    def put_many(self, table: str, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """Remember values by key, replacing older ones."""
        ...

    def clear(self, table: str) -> None:
        """Forget a whole table."""
        ...


class LocalMemo:
    """In the environment of a store's index."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def get(self, table: str, key: bytes) -> bytes | None:
        """See ``Memo.get``."""
        return self.get_many(table, [key])[0]

    def get_many(self, table: str, keys: Sequence[bytes]) -> list[bytes | None]:
        """See ``Memo.get_many``."""
        return self._environment.get_many(_name(table), [_key(key) for key in keys])

    def put_many(self, table: str, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """See ``Memo.put_many``."""
        encoded = sorted((_key(key), value) for key, value in pairs)
        if not encoded:
            return
        handle = self._environment.table(_name(table))

        def work(transaction: Any) -> None:
            transaction.cursor(db=handle).putmulti(encoded)

        self._environment.write(work)

    def clear(self, table: str) -> None:
        """See ``Memo.clear``."""
        handle = self._environment.table(_name(table), create=False)
        if handle is not None:
            self._environment.write(lambda transaction: transaction.drop(handle, delete=False))


class MemoryMemo:
    """In memory, for stores whose index cannot be written, and for tests."""

    def __init__(self) -> None:
        self._tables: dict[str, dict[bytes, bytes]] = {}

    def get(self, table: str, key: bytes) -> bytes | None:
        """See ``Memo.get``."""
        return self._tables.get(table, {}).get(key)

    def get_many(self, table: str, keys: Sequence[bytes]) -> list[bytes | None]:
        """See ``Memo.get_many``."""
        return [self.get(table, key) for key in keys]

    def put_many(self, table: str, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        """See ``Memo.put_many``."""
        self._tables.setdefault(table, {}).update(pairs)

    def clear(self, table: str) -> None:
        """See ``Memo.clear``."""
        self._tables.pop(table, None)


def _name(table: str) -> bytes:
    return b"memo " + table.encode()


def _key(key: bytes) -> bytes:
    return b"=" + key if len(key) < _KEY_LIMIT else b"#" + hashlib.sha256(key).digest()
