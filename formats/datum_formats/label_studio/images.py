"""Which key of a task's data says its image."""

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any

from datum_formats._common.images import IMAGE_EXTENSIONS
from datum_formats._common.references import place_of

__all__ = ["image_key"]


def image_key(data: Mapping[str, Any]) -> str | None:
    """The key of the image: ``image``, else the first whose value looks like one."""
    if isinstance(data.get("image"), str):
        return "image"
    for key, value in data.items():
        if isinstance(value, str):
            suffix = PurePosixPath(place_of(value)).suffix
            if suffix.lower() in IMAGE_EXTENSIONS:
                return key
    return None
