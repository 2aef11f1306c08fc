"""Where the exports of VoTT are."""

from pathlib import Path

from datum.errors import FormatError

__all__ = ["find_exports"]


def find_exports(path: Path, ext: str) -> tuple[Path, list[Path]]:
    """The root of a dataset, and its exports: those called ``<subset>-export``, else all.

    Raises:
        FormatError: There is none.
    """
    if path.is_file():
        return path.parent, [path]
    files = sorted(file for file in path.glob(f"*{ext}") if file.is_file())
    named = [file for file in files if file.stem.endswith("-export")]
    if not files:
        raise FormatError(f"no <subset>-export{ext} in it", path=path)
    return path, named or files
