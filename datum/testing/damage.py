"""Damaged copies of a folder: truncated, flipped, with numbers that cannot be; seeded."""

import random
import re
from collections.abc import Iterator

__all__ = ["damaged"]

_TOKENS = (
    *(b"-1", b"nan", b"inf", b"1e999", b"99999999999999999999", b"null", b'"', b"<", b"&x;", b"{"),
    *(b"[" * 2000, b"../../etc/passwd", b"\0", b"\xff\xfe", b"\xef\xbb\xbf", b"", b"\n\n", b"true"),
)


def damaged(
    files: dict[str, bytes], count: int, seed: int = 0
) -> Iterator[tuple[str, dict[str, bytes]]]:
    """Copies of *files* with one of them hurt, and what was done.

    Args:
        files: Relative path to bytes.
        count: How many copies.
        seed: What tells one series from another.
    """
    draw = random.Random(seed)  # noqa: S311 (a repeatable series, no secret)
    names = sorted(files)
    for number in range(count if names else 0):
        name = draw.choice(names)
        kind = number % len(_KINDS)
        copy = dict(files)
        if kind == 0:
            del copy[name]
        else:
            copy[name] = _KINDS[kind](files[name], draw)
        yield f"{_KINDS[kind].__name__.strip('_')} {name} (number {number}, seed {seed})", copy


def _deleted(data: bytes, _draw: random.Random) -> bytes:
    return data


def _truncated(data: bytes, draw: random.Random) -> bytes:
    return data[: draw.randrange(len(data) + 1)]


def _flipped(data: bytes, draw: random.Random) -> bytes:
    hurt = bytearray(data)
    for _ in range(draw.randint(1, 4) if hurt else 0):
        hurt[draw.randrange(len(hurt))] = draw.randrange(256)
    return bytes(hurt)


def _number_replaced(data: bytes, draw: random.Random) -> bytes:
    found = list(re.finditer(rb"-?\d+(\.\d+)?", data))
    if not found:
        return data + draw.choice(_TOKENS)
    start, end = draw.choice(found).span()
    return data[:start] + draw.choice(_TOKENS) + data[end:]


def _word_replaced(data: bytes, draw: random.Random) -> bytes:
    found = list(re.finditer(rb"[A-Za-z_]+", data))
    if not found:
        return data + draw.choice(_TOKENS)
    start, end = draw.choice(found).span()
    return data[:start] + draw.choice(_TOKENS) + data[end:]


def _line_moved(data: bytes, draw: random.Random) -> bytes:
    lines = data.splitlines(keepends=True)
    if not lines:
        return b"\n"
    line = lines.pop(draw.randrange(len(lines)))
    if draw.random() < 0.5:  # noqa: PLR2004 (half are dropped, half are doubled elsewhere)
        lines[draw.randrange(len(lines) + 1) :] = [line, line]
    return b"".join(lines)


def _inserted(data: bytes, draw: random.Random) -> bytes:
    at = draw.randrange(len(data) + 1)
    return data[:at] + draw.choice(_TOKENS) + data[at:]


_KINDS = (
    _deleted,
    _truncated,
    _flipped,
    _number_replaced,
    _word_replaced,
    _line_moved,
    _inserted,
)
