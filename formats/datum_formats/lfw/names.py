"""Names of lists, and of pictures in them."""

import json
import re

__all__ = [
    "IMAGES",
    "LANDMARKS",
    "NEGATIVE",
    "PAIRS",
    "PEOPLE",
    "POSITIVE",
    "field",
    "numbered",
    "plain",
]

IMAGES = "images"
PEOPLE, PAIRS, LANDMARKS = "people.txt", "pairs.txt", "landmarks.txt"
POSITIVE, NEGATIVE = "positive_pairs", "negative_pairs"
_NUMBERED = re.compile(r"([^/]+)/\1_(\d{4,9})", re.ASCII)


def numbered(name: str) -> tuple[str, int] | None:
    """Person and number of a picture called as the data set calls them; else None."""
    found = _NUMBERED.fullmatch(name)
    if found is None or f"{int(found[2]):04d}" != found[2]:
        return None
    return found[1], int(found[2])


def field(name: str) -> str:
    """A name as it stands between tabs: as a JSON string where it would be taken for more, or for less."""
    fits = name and name == name.strip() and name.isprintable() and not name.startswith('"')
    return name if fits and not name.isdecimal() else json.dumps(name)


def plain(text: str) -> str:
    """The name that :func:`field` spelled."""
    if text.startswith('"'):
        try:
            return str(json.loads(text))
        except ValueError:
            return text
    return text
