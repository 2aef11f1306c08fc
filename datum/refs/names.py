"""Names of refs: what may be one, and what its parts are."""

import re
import unicodedata
from functools import lru_cache

from datum.errors import RefNameError

__all__ = [
    "HEAD",
    "MAX_NAME_BYTES",
    "NAMESPACES",
    "check_ref_name",
    "full_name",
    "namespace",
    "short_name",
]

HEAD = "HEAD"
"""What a person types for the commit that a project stands on; no ref may have this name."""

NAMESPACES = ("heads", "tags", "sources", "derived", "remotes", "working")
"""What a ref may begin with, in the order in which a bare name is looked for."""

MAX_NAME_BYTES = 255
"""The longest name, in bytes of UTF-8."""

_FORBIDDEN = re.compile(r"[~^:?*\[\]\\{}\"'`<>|]")
_OBJECT_ID = re.compile(r"[0-9a-fA-F]{32}(?:[0-9a-fA-F]{32})?\Z")
_INVISIBLE = ("C", "Z")  # Unicode's control, format, surrogate, unassigned; spaces and separators


def namespace(ref: str) -> str:
    """The first part of a full name: ``heads`` of ``heads/main``."""
    return ref.partition("/")[0]


def short_name(ref: str) -> str:
    """The full name without its namespace: ``main`` of ``heads/main``."""
    return ref.partition("/")[2]


def full_name(namespace: str, name: str) -> str:
    """The full name of *name* in *namespace*.

    Raises:
        RefNameError: It would not be a valid one.
    """
    return check_ref_name(f"{namespace}/{name}")


@lru_cache(maxsize=4096)  # a log names the same few refs over and over
def check_ref_name(name: str) -> str:
    """*name*, if it is a full name that a ref may have: ``heads/main``, ``tags/v1``.

    The rules are Git's for branches, and some more, so that a name never reads as another part of
    a revision or of a command line: no character that is special in revisions or shells, nothing
    invisible, no bare name that begins with a namespace or looks like an object id.

    Raises:
        RefNameError: With the first rule that it breaks.
    """
    reason = _fault_of_text(name) or _fault_of_parts(name) or _fault_of_short(short_name(name))
    if reason:
        raise RefNameError(name if name.isprintable() else ascii(name)[1:-1], reason)
    return name


def _fault_of_text(name: str) -> str:
    """What is wrong with the characters, or an empty string."""
    for character in name:
        if unicodedata.category(character)[0] in _INVISIBLE:
            return f"it contains {character!a}"
    found = _FORBIDDEN.search(name)
    if found:
        return f"it contains {found.group()}"
    if unicodedata.normalize("NFC", name) != name:
        return "it is not in Unicode normal form C"
    size = len(name.encode())
    return f"it has {size} bytes, more than {MAX_NAME_BYTES}" if size > MAX_NAME_BYTES else ""


def _fault_of_parts(name: str) -> str:
    """What is wrong with a part between slashes, or an empty string."""
    first, *rest = name.split("/")
    if first not in NAMESPACES or not rest:
        return f"it does not begin with one of {', '.join(f'{n}/' for n in NAMESPACES)}"
    for part in rest:
        if not part:
            return "a part of it is empty"
        if part.startswith((".", "-")) or part.endswith((".", ".lock")):
            return f"its part {part} begins with . or -, or ends with . or .lock"
        if ".." in part:
            return f"its part {part} contains .."
    return ""


def _fault_of_short(short: str) -> str:
    """What is wrong with the name as a person would type it, or an empty string."""
    if short in {HEAD, "@"}:
        return f"{short} means the commit that the project stands on"
    if _OBJECT_ID.match(short):
        return "it looks like an object id"
    first = namespace(short)
    return f"{first} is the name of a namespace" if first in NAMESPACES else ""
