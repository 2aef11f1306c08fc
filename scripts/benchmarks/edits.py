"""The edits that are measured.

``boxes PROJECT COUNT`` moves a box in COUNT items, spread over the dataset, and commits; ``json FILE
N`` moves the first box of a COCO file by N pixels, and nothing else in the file.
"""

import re
import sys
from pathlib import Path

__all__ = ["edit_json"]

_BOX = re.compile(rb'("bbox":\[)([0-9.]+)')


def edit_json(file: Path, pixels: int) -> None:
    """Move the first box of a COCO file; the file gets a new inode, as most tools write it."""
    data = file.read_bytes()

    def moved(found: re.Match[bytes]) -> bytes:
        return found[1] + f"{float(found[2]) + pixels:.2f}".encode()

    temporary = file.with_suffix(".new")
    temporary.write_bytes(_BOX.sub(moved, data, count=1))
    temporary.replace(file)


def _edit_project(root: str, count: int) -> None:
    """Move a box of so many items by 4 pixels, and commit that."""
    from msgspec.structs import replace

    from datum.dataset.keys import split_key
    from datum.model import Box
    from datum.project.project import Project

    project = Project.open(root)
    dataset = project.dataset()
    # items without a box are passed over, and the next one taken
    step = max(1, len(dataset) // count)
    left = count
    with project.edit(f"{count} boxes moved") as edit:
        for number, key in enumerate(dataset.keys()):
            if not left or number < (count - left) * step:
                continue
            item = dataset[split_key(key)]
            found = next((n for n, a in enumerate(item.annotations) if isinstance(a, Box)), None)
            if found is None:
                continue
            notes = list(item.annotations)
            box = notes[found]
            notes[found] = replace(box, x=box.x + 4)  # type: ignore[union-attr] # a Box, see above
            edit.put(replace(item, annotations=tuple(notes)))
            left -= 1


def main(command: str, path: str, number: str) -> None:
    """Run a command."""
    if command == "json":
        edit_json(Path(path), int(number))
    else:
        _edit_project(path, int(number))


if __name__ == "__main__":
    main(*sys.argv[1:])
