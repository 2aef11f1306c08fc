"""docs/statistics.md names every key of the statistics."""

from pathlib import Path

from datum.analysis.statistics import stats
from datum.model import Item
from datum.testing.counting import dataset_in_memory

PAGE = (Path(__file__).resolve().parents[2] / "docs/statistics.md").read_text("utf-8")


def test_every_key_of_the_statistics_is_on_the_page():
    """Those of the whole, of a part of it, and of a measure."""
    report = stats(dataset_in_memory([Item(id="a")], ["x"]))
    parts = [report, report["dataset"], report["objects"], report["boxes"], report["keypoints"]]
    parts += [report["annotations"]["labels"], report["annotations"]["segments"]]
    names = {name for part in parts for name in part} | set(report["boxes"]["width"])
    names -= {"repeating images count", "avg. area", "area distribution"}  # said in words
    assert not [name for name in names if f"`{name}`" not in PAGE]
