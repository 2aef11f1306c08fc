"""Versions of the software that a result depends on."""

from functools import cache

__all__ = ["datum_version", "software"]


@cache
def datum_version() -> str:
    """The version of this installation."""
    from importlib.metadata import PackageNotFoundError, version  # slow to import

    try:
        return version("datum-vcs")
    except PackageNotFoundError:
        return "unknown"


def software() -> dict[str, str]:
    """What recipes say of the software: names and versions."""
    return {"datum": datum_version()}
