"""Names that mean something."""

__all__ = ["IMAGES", "NO_LABEL", "SYNSETS"]

NO_LABEL = "no_label"
"""The folder of images without a label."""

IMAGES = "images"
"""The folder that paths in lists are relative to."""

SYNSETS = "synsets.txt"
"""The file of labels beside lists."""
