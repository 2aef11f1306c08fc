import re

from datum.analysis.statistics import find_statistics, stats
from datum.analysis.statistics_page import statistics_page
from datum.model import Box, Categories, InMemory, Item, Media, Polyline, Skeleton
from datum.objects.memo import MemoryMemo
from datum.testing.counting import dataset_in_memory
from datum.testing.datasets import image_bytes

NASTY = '<script>alert("x")</script>'


def page_of(items, labels=("a", "b"), **asked):
    dataset = dataset_in_memory(items, labels)
    report = find_statistics(dataset, dataset.store.read_media, MemoryMemo(), **asked)
    return statistics_page(report, "my data")


def everything():
    good = Media(path="x.png", width=8, height=6, content=InMemory(image_bytes()))
    broken = Media(path="y.png", content=InMemory(b"broken"))
    notes = (
        Box(label=0, x=0, y=0, w=4, h=2, attributes={NASTY: NASTY}),
        Polyline(label=1, points=(0, 0, 3, 4)),
        Skeleton(label=1, points=(1, 1), visibility=(2,)),
    )
    return [
        Item(id="one", media=(good,), annotations=notes),
        Item(id="two", media=(good,)),
        Item(id=NASTY, media=(broken,)),
    ]


def test_the_page_shows_all_that_was_found():
    """A section for each kind of finding, and the images that are broken or repeated."""
    found = page_of(everything(), labels=("a", NASTY))
    for title in ("Overview", "Labels", "Objects", "Shapes", "Keypoints", "Lines", "Attributes"):
        assert f"<h2>{title}</h2>" in found
    assert "does not decode as an image" in found
    assert "default/one, default/two" in found
    assert NASTY not in found


def test_the_page_opens_offline():
    """It loads nothing: no address, no file beside it."""
    found = page_of(everything())
    assert not re.search(r"""(src|href)=["'](?!#)""", found)
    assert "url(" not in found


def test_a_page_of_nothing():
    """No items, no labels; and no annotations where none were asked for."""
    assert "<h2>Labels</h2>" in page_of([], labels=())
    assert "<h2>Labels</h2>" not in page_of(everything(), annotations=False, images=False)


def test_the_python_function_gives_the_same_report():
    """stats is what the command writes, without a memory."""
    dataset = dataset_in_memory(everything(), Categories.of(["a", "b"]))
    report = find_statistics(dataset, dataset.store.read_media, MemoryMemo())
    assert stats(dataset) == report
