"""Shares: how much of a dataset each subset is to get."""

from collections.abc import Iterator, Mapping, Sequence

from datum.errors import UsageError

__all__ = ["parse_shares", "sizes_of"]

_TOLERANCE = 1e-6


def parse_shares(texts: Sequence[str]) -> dict[str, float]:
    """Subset names and shares from ``name:share``, in their order.

    Raises:
        UsageError: One is malformed, is there twice, lies outside 0 to 1, or they do not sum to 1.
    """
    shares: dict[str, float] = {}
    for text in texts:
        name, _, share = text.rpartition(":")
        try:
            value = float(share)
        except ValueError:
            value = -1.0
        if not name or name in shares or not 0 <= value <= 1:
            raise UsageError(
                f"'{text}' is no subset and ratio", hint="write --subset train:.8 --subset test:.2"
            )
        shares[name] = value
    if abs(sum(shares.values()) - 1) > _TOLERANCE:
        raise UsageError(f"the ratios sum to {sum(shares.values()):g}, not to 1")
    return shares


def sizes_of(shares: Mapping[str, float], count: int) -> Iterator[tuple[str, int]]:
    """How many of *count* each subset gets: the last gets what remains.

    The first two together get their shares' sum of *count*, rounded, and so on: no subset is off by more
    than one, and none is off because those before it were.
    """
    start, total = 0, 0.0
    names = list(shares)
    for name in names:
        total += shares[name]
        end = count if name == names[-1] else round(total * count)
        yield name, end - start
        start = end
