"""Names of pictures, and what they say."""

import re

__all__ = ["JUNK", "MARKET", "MARS_NAME", "whole_number"]

MARKET = re.compile(r"(-?\d{1,9})_c(\d{1,3})s(\d{1,3})_(\d{1,9})_(\d{2})(.*)", re.DOTALL | re.ASCII)
"""Person, camera, sequence, frame, box."""

MARS_NAME = re.compile(r"(\d{4}|00-1)C(\d)T(\d{4})F(\d{3,})", re.ASCII)
"""Person, camera, track, frame."""

JUNK = "00-1"
"""The person of pictures that show none, in MARS."""


def whole_number(value: object, least: int, most: int) -> int | None:
    """The value, if it is a whole number in these bounds."""
    if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
        return value
    return None
