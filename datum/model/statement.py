"""What an annotation says, without where: for whoever counts labels and needs no geometry."""

from typing import Any

import msgspec

__all__ = ["Statement"]


class Statement(msgspec.Struct, frozen=True):
    """One annotation without its geometry."""

    kind: str
    label: int | None
    attributes: dict[str, Any]
    id: int | None = None
    group: int = 0
