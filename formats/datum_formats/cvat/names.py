"""Names of files: subsets as one part of a path, images without their extension."""

from datum.errors import FormatError

__all__ = ["folder_of"]

_LONGEST = 250
"""Bytes of a part of a path, of which .xml takes some."""


def folder_of(subset: str) -> str:
    """The subset's name as one part of a path; two subsets never share one.

    Raises:
        FormatError: It is empty or too long.
    """
    quoted = subset.replace("%", "%25").replace("/", "%2F").replace("\0", "%00")
    if subset in (".", ".."):
        quoted = quoted.replace(".", "%2E")
    if not subset or len(quoted.encode(errors="replace")) > _LONGEST:
        raise FormatError(f"subset '{subset[:40]}' cannot be the name of a file")
    return quoted
