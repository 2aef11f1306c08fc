"""HEAD: where a project stands, on a branch or on a commit."""

from typing import Self

import msgspec

from datum.errors import CorruptObjectError, RefNameError, UsageError
from datum.objects.ids import ObjectId
from datum.refs.names import check_ref_name

__all__ = ["Head"]

_REF = "ref: "
_WIDTHS = (16, 32)


class Head(msgspec.Struct, frozen=True):
    """Where a project stands: exactly one of *ref* and *oid* is set."""

    ref: str | None = None
    """The full name of the branch, which need not have a commit yet."""
    oid: ObjectId | None = None
    """The commit, where HEAD is detached."""

    @classmethod
    def on(cls, ref: str) -> Self:
        """Standing on a ref.

        Raises:
            RefNameError: That is no full name of a ref.
        """
        return cls(ref=check_ref_name(ref))

    @classmethod
    def at(cls, oid: ObjectId) -> Self:
        """Standing on a commit, detached."""
        return cls(oid=oid)

    @classmethod
    def parse(cls, text: str, *, path: str = "HEAD") -> Self:
        """Read what ``format`` wrote: one line, ``ref: heads/main`` or the hex digits of a commit.

        Args:
            text: The content of the file.
            path: The file, for the error.

        Raises:
            CorruptObjectError: It is neither.
        """
        line = text.removesuffix("\n")
        try:
            if line.startswith(_REF):
                return cls.on(line.removeprefix(_REF))
            oid = bytes.fromhex(line)
        except (RefNameError, ValueError) as error:
            raise CorruptObjectError(f"is no HEAD: {error}", path=path) from error
        if len(oid) not in _WIDTHS or oid.hex() != line:
            raise CorruptObjectError("is no HEAD: neither a ref nor an object id", path=path)
        return cls(oid=ObjectId(oid))

    def format(self) -> str:
        """The text of the file, with its newline.

        Raises:
            UsageError: Not exactly one of *ref* and *oid* is set.
        """
        if self.ref is not None and self.oid is None:
            return f"{_REF}{self.ref}\n"
        if self.oid is not None and self.ref is None:
            return f"{self.oid.hex()}\n"
        raise UsageError("HEAD is either on a ref or on a commit")
