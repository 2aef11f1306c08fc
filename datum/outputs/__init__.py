"""Where exports are written: a folder that appears whole or not at all, a dry run, memory."""

from datum.outputs.dry import DryOutput
from datum.outputs.export import write_dataset
from datum.outputs.folder import FolderOutput
from datum.outputs.memory import MemoryOutput
from datum.outputs.pictures import convert_image
from datum.outputs.sources import load_media, place_media

__all__ = [
    "DryOutput",
    "FolderOutput",
    "MemoryOutput",
    "convert_image",
    "load_media",
    "place_media",
    "write_dataset",
]
