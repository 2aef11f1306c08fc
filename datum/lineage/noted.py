"""Losses of an operation by the item that they came from, so that they can be told again.

When a result is brought up to date, only items that changed are computed. What was lost of the others is
known from the last time: it is kept in the store's memos, under the operation and its input.
"""

import msgspec
import xxhash

from datum.lineage.recipe import Recipe
from datum.losses import LossReport
from datum.objects.codec import encode
from datum.objects.ids import ObjectId
from datum.plugins import Memo

__all__ = ["NotedLosses", "recall", "remember"]

Loss = tuple[str, str, str, int]
"""What, why, where, how many."""

_TABLE = "losses"
_MOST = 200_000
"""More losses than this are not remembered; then everything is computed again."""


class NotedLosses(LossReport):
    """A report that also notes which item each loss came from."""

    def __init__(self) -> None:
        super().__init__()
        self._of: dict[bytes, list[Loss]] = {}
        self.key: bytes | None = b""
        """The item at work; None where what is said is known already."""

    def add(self, what: str, reason: str, *, where: str = "", count: int = 1) -> None:
        """See :meth:`LossReport.add`."""
        if self.key is None:
            return
        super().add(what, reason, where=where, count=count)
        self._of.setdefault(self.key, []).append((what, reason, where, count))

    def entries(self) -> dict[bytes, list[Loss]]:
        """The losses of each item that lost something."""
        return self._of

    def with_others(self, others: dict[bytes, list[Loss]]) -> "NotedLosses":
        """The report on these and other items, as if all had been told in the order of their keys."""
        told = NotedLosses()
        for told.key, losses in sorted({**others, **self._of}.items()):
            for what, reason, where, count in losses:
                told.add(what, reason, where=where, count=count)
        return told


def remember(memo: Memo | None, recipe: Recipe, losses: NotedLosses) -> None:
    """Keep the losses of an operation on the first of its inputs."""
    entries = losses.entries()
    if memo is not None and sum(map(len, entries.values())) <= _MOST:
        memo.put_many(_TABLE, [(_key(recipe), msgspec.msgpack.encode(list(entries.items())))])


def recall(memo: Memo | None, recipe: Recipe, before: ObjectId) -> dict[bytes, list[Loss]] | None:
    """The losses that the same operation had on another input; None where they are not known."""
    if memo is None:
        return None
    earlier = msgspec.structs.replace(recipe, inputs=(("", before),))
    data = memo.get_many(_TABLE, [_key(earlier)])[0]
    if data is None:
        return None
    try:
        return dict(msgspec.msgpack.decode(data, type=list[tuple[bytes, list[Loss]]]))
    except msgspec.DecodeError:
        return None


def _key(recipe: Recipe) -> bytes:
    """Of all that the losses depend on."""
    digest = xxhash.xxh3_128_digest(
        encode([recipe.operation, recipe.version, recipe.parameters, recipe.software])
    )
    return digest + b"".join(oid for _, oid in recipe.inputs[:1])
