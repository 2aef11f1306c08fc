"""Items: one image (or frame, cloud) and what is known of it."""

import msgspec

from datum.html import table
from datum.model.annotation import Annotation, AttributeValue
from datum.model.media import Media

__all__ = ["DEFAULT_SUBSET", "Item"]

DEFAULT_SUBSET = "default"
"""The subset of items whose source has no subsets."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One image, frame or cloud, and what is known of it. Its identity is (subset, id)."""

    id: str
    """Unique in its subset; usually the path of the file without its extension."""
    subset: str = DEFAULT_SUBSET
    media: tuple[Media, ...] = ()
    """The main one first; at most one for each (role, path)."""
    attributes: dict[str, AttributeValue] = msgspec.field(default_factory=dict)
    annotations: tuple[Annotation, ...] = ()
    """In the order of the source."""

    @property
    def key(self) -> tuple[str, str]:
        """The identity: (subset, id)."""
        return (self.subset, self.id)

    @property
    def image(self) -> Media | None:
        """The main media, whatever its role; None where the item has none."""
        return self.media[0] if self.media else None

    @property
    def size(self) -> tuple[int, int] | None:
        """Height and width of the main media in pixels, where both are known."""
        image = self.image
        if image is None or image.height is None or image.width is None:
            return None
        return (image.height, image.width)

    def _repr_html_(self) -> str:
        """The annotations as a table, for notebooks."""
        size = "×".join(str(side) for side in reversed(self.size)) if self.size else "size unknown"
        path = self.image.path if self.image else "no media"
        rows = [
            (one.kind, one.id, one.label, one.group or "", one.score, one.attributes or "")
            for one in self.annotations
        ]
        caption = f"item {self.subset}/{self.id}: {path}, {size}"
        return table(caption, ("kind", "id", "label", "group", "score", "attributes"), rows)
