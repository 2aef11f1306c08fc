"""Names in lists, one on each line, with words behind them.

A name with blanks, or with what no terminal prints, stands as a JSON string, so that the columns
behind it are found again.
"""

import json

__all__ = ["columns", "quoted"]


def quoted(name: str) -> str:
    """A name as it stands in a list."""
    plain = name.isprintable() and " " not in name and not name.startswith('"')
    return name if plain else json.dumps(name)


def columns(line: str) -> tuple[str, list[str]]:
    """The name at the beginning of a line of a list, and the words behind it."""
    if line.startswith('"'):
        try:
            name, end = json.JSONDecoder().raw_decode(line)
            return (str(name), line[end:].split())
        except ValueError:
            name, _, rest = line[1:].rpartition('"')
            if name:
                return (name, rest.split())
    first, *rest_words = line.split()
    return (first, rest_words)
