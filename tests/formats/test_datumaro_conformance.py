"""Datumaro JSON keeps what its card says, and is recognised."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from datum.outputs import FolderOutput, write_dataset
from datum.plugins import EXACT, LIKELY
from datum.testing.datasets import detection_dataset
from datum.testing.formats import FormatSuite
from datum_formats.datumaro import DATUMARO
from datum_formats.datumaro.sniff import sniff


class TestDatumaro(FormatSuite):
    format = DATUMARO


class TestCvatDialect(FormatSuite):
    format = DATUMARO
    write_options: ClassVar[Mapping[str, Any]] = {"dialect": "cvat"}
    damages = 0


class Names:
    """A probe over a mapping of names to heads."""

    def __init__(self, **heads: bytes) -> None:
        self._heads = heads
        self.path = Path("x")

    def files(self, pattern: str) -> list[str]:
        prefix = pattern.split("*", maxsplit=1)[0]
        return [name for name in self._heads if name.startswith(prefix)]

    def head(self, name: str, size: int = 4096) -> bytes:
        return self._heads[name][:size]


@pytest.mark.parametrize(
    ("head", "score"),
    [
        (b'{"dm_format_version": "1.0", "media_type": 2', EXACT),
        (b'{"info": {}, "categories": {"label": {"labels": [{"name"', LIKELY),
        (b'{"categories": {}, "items": []}', LIKELY),
        (b'{"info": {}, "images": [], "categories": [{"id": 1', 0),
        (b"", 0),
    ],
)
def test_sniff(head: bytes, score: int) -> None:
    """A version is proof, legacy categories are a good sign, COCO is none."""
    assert sniff(Names(**{"annotations/a.json": head})).score == score


def test_sniff_of_nothing() -> None:
    """Without JSON files the reason says which are missing."""
    assert sniff(Names()).reason == "no annotations/*.json"


def test_own_output_is_recognised(tmp_path: Path) -> None:
    """What is written begins with the version."""
    with FolderOutput(tmp_path / "out") as output:
        write_dataset(DATUMARO, detection_dataset(), output)
    data = (tmp_path / "out/annotations/train.json").read_bytes()
    assert sniff(Names(**{"annotations/train.json": data})).score == EXACT
