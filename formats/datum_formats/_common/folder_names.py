"""Names of labels and subsets as names of folders: injective, and plain ones stay as they are."""

import re
from urllib.parse import quote

from datum.errors import FormatError

__all__ = ["folder_name"]

_BAD = re.compile(r"[\x00-\x1f\x7f/%\\]")
_LONGEST = 255
"""Bytes, as common file systems limit a name."""


def folder_name(name: str, kind: str, taken: str = "") -> str:
    """A name that a folder can have: what it cannot have is percent-encoded.

    Args:
        name: Of a label or a subset.
        kind: What it is, for the message.
        taken: A name that means something else; it is encoded, too.

    Raises:
        FormatError: It is too long for a folder, or no text.
    """
    text = _BAD.sub(lambda found: quote(found[0], safe=""), name)
    if text.startswith(".") or (taken and text == taken):
        text = f"%{ord(text[0]):02X}{text[1:]}"
    try:
        fits = len(text.encode()) <= _LONGEST
    except UnicodeEncodeError:
        fits = False
    if not fits:
        raise FormatError(f"{kind} '{name}' cannot be the name of a folder")
    return text or "%"
