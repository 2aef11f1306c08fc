"""Names that mean something."""

__all__ = ["IMAGES", "SYNSETS"]

IMAGES = "images"
"""The folder that paths in lists are relative to."""

SYNSETS = "synsets.txt"
"""The file of labels beside lists."""
