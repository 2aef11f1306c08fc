"""The index: which pack holds an object, and where. Local to a machine, disposable.

``LocalIndex`` keeps it in LMDB, ``MemoryIndex`` in a dictionary where nothing can be written.
"""

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any, Protocol

import msgspec

from datum.objects.environment import Environment
from datum.objects.ids import ObjectId
from datum.objects.pack import Place, Table, parse_place
from datum.objects.store import FIND_LIMIT

__all__ = ["Found", "Index", "Learned", "LocalIndex", "MemoryIndex", "PackKey", "first_with_prefix"]

PackKey = str | int
"""A pack by its digest, or by the number of the log record that it travels in."""

_OBJECTS = b"objects"
_PACKS = b"packs"
_KEYS = b"packs by key"
_INLINE = b"inline"
_MISC = b"misc"
_UPTO = b"learned"
_NUMBER = 4
_NEVER = -1


class Found(msgspec.Struct, frozen=True):
    """Where an object is."""

    pack: PackKey
    place: Place


class Learned(msgspec.Struct, frozen=True):
    """One pack for the index."""

    pack: PackKey
    table: Table
    inline: bytes | None = None
    """The pack itself, where it has no file."""


class Index(Protocol):
    """What an index answers."""

    def learned(self) -> int:
        """The last log record that the index knows, -1 for none."""
        ...

    def empty(self) -> bool:
        """Whether no pack was added."""
        ...

    def knows(self, pack: PackKey) -> bool:
        """Whether the pack was added."""
        ...

    def add(self, packs: Sequence[Learned]) -> None:
        """Take in packs; where two hold one object, the one added last is found."""
        ...

    def set_learned(self, upto: int) -> None:
        """Say that all log records up to that one are known."""
        ...

    def places(self, oids: Sequence[ObjectId]) -> list[Found | None]:
        """Where each of the objects is."""
        ...

    def find(self, prefix: str) -> list[ObjectId]:
        """Ids by hexadecimal prefix, lower case, ascending, ``FIND_LIMIT`` at most."""
        ...

    def inline(self, number: int) -> bytes | None:
        """The pack that travels in a log record."""
        ...


class LocalIndex:
    """In LMDB."""

    def __init__(self, environment: Environment) -> None:
        self._environment = environment

    def learned(self) -> int:
        """See ``Index.learned``."""
        found = self._get(_MISC, _UPTO)
        return _NEVER if found is None else int.from_bytes(found)

    def empty(self) -> bool:
        """See ``Index.empty``."""
        return self._get(_PACKS, bytes(_NUMBER)) is None

    def knows(self, pack: PackKey) -> bool:
        """See ``Index.knows``."""
        return self._get(_KEYS, _encode_key(pack)) is not None

    def add(self, packs: Sequence[Learned]) -> None:
        """See ``Index.add``."""
        objects, numbers, keys, inline = (
            self._environment.table(name) for name in (_OBJECTS, _PACKS, _KEYS, _INLINE)
        )

        def work(transaction: Any) -> None:
            number = transaction.stat(db=numbers)["entries"]
            cursor = transaction.cursor(db=objects)
            for pack in packs:
                key = _encode_key(pack.pack)
                known = transaction.get(key, db=keys)
                suffix = number.to_bytes(_NUMBER) if known is None else known
                if known is None:
                    transaction.put(suffix, key, db=numbers)
                    transaction.put(key, suffix, db=keys)
                    number += 1
                cursor.putmulti([(oid, place + suffix) for oid, place in pack.table.records()])
                if pack.inline is not None:
                    transaction.put(key, pack.inline, db=inline)

        self._environment.write(work)

    def set_learned(self, upto: int) -> None:
        """See ``Index.set_learned``; never goes back."""
        misc = self._environment.table(_MISC)

        def work(transaction: Any) -> None:
            found = transaction.get(_UPTO, db=misc)
            if found is None or int.from_bytes(found) < upto:
                transaction.put(_UPTO, upto.to_bytes(8), db=misc)

        if upto > _NEVER:
            self._environment.write(work)

    def places(self, oids: Sequence[ObjectId]) -> list[Found | None]:
        """See ``Index.places``."""
        values = self._environment.get_many(_OBJECTS, oids)
        return [None if value is None else self._found(value) for value in values]

    def find(self, prefix: str) -> list[ObjectId]:
        """See ``Index.find``."""
        start = bytes.fromhex(prefix + "0" * (len(prefix) % 2))
        table = self._environment.table(_OBJECTS)
        hits: list[ObjectId] = []
        with self._environment.reading() as transaction:
            cursor = transaction.cursor(db=table)
            more = cursor.set_range(start)
            while more and len(hits) < FIND_LIMIT and cursor.key().hex().startswith(prefix):
                hits.append(ObjectId(bytes(cursor.key())))
                more = cursor.next()
        return hits

    def inline(self, number: int) -> bytes | None:
        """See ``Index.inline``."""
        return self._get(_INLINE, _encode_key(number))

    def _get(self, name: bytes, key: bytes) -> bytes | None:
        return self._environment.get_many(name, [key])[0]

    def _found(self, value: bytes) -> Found | None:
        number = int.from_bytes(value[-_NUMBER:])
        keys = self._environment.notes()
        key = keys.get(number)
        if key is None:
            encoded = self._get(_PACKS, value[-_NUMBER:])
            if encoded is None:
                return None
            key = keys[number] = _decode_key(encoded)
        return Found(key, parse_place(value))


class MemoryIndex:
    """In a dictionary, made from footers each time."""

    def __init__(self) -> None:
        self._learned = _NEVER
        self._packs: list[PackKey] = []
        self._known: dict[PackKey, int] = {}
        self._inline: dict[int, bytes] = {}
        self._places: dict[ObjectId, tuple[int, bytes]] = {}

    def learned(self) -> int:
        """See ``Index.learned``."""
        return self._learned

    def empty(self) -> bool:
        """See ``Index.empty``."""
        return not self._packs

    def knows(self, pack: PackKey) -> bool:
        """See ``Index.knows``."""
        return pack in self._known

    def add(self, packs: Sequence[Learned]) -> None:
        """See ``Index.add``."""
        for pack in packs:
            number = self._known.setdefault(pack.pack, len(self._packs))
            if number == len(self._packs):
                self._packs.append(pack.pack)
            self._places.update((oid, (number, place)) for oid, place in pack.table.records())
            if pack.inline is not None and isinstance(pack.pack, int):
                self._inline[pack.pack] = pack.inline

    def set_learned(self, upto: int) -> None:
        """See ``Index.set_learned``; never goes back."""
        self._learned = max(self._learned, upto)

    def places(self, oids: Sequence[ObjectId]) -> list[Found | None]:
        """See ``Index.places``."""
        return [self._found(self._places.get(oid)) for oid in oids]

    def find(self, prefix: str) -> list[ObjectId]:
        """See ``Index.find``."""
        return first_with_prefix(self._places, prefix)

    def inline(self, number: int) -> bytes | None:
        """See ``Index.inline``."""
        return self._inline.get(number)

    def _found(self, value: tuple[int, bytes] | None) -> Found | None:
        return None if value is None else Found(self._packs[value[0]], parse_place(value[1]))


def first_with_prefix(oids: Iterable[ObjectId], prefix: str) -> list[ObjectId]:
    """The first ids, ascending, whose hexadecimal form starts with *prefix*, as ``find`` gives them."""
    hits = sorted(oid for oid in oids if oid.hex().startswith(prefix))
    return list(islice(hits, FIND_LIMIT))


def _encode_key(pack: PackKey) -> bytes:
    return b"i" + pack.to_bytes(8) if isinstance(pack, int) else b"p" + bytes.fromhex(pack)


def _decode_key(data: bytes) -> PackKey:
    return int.from_bytes(data[1:]) if data[:1] == b"i" else data[1:].hex()
