from collections import Counter

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.errors import UsageError
from datum.model import InMemory, Item, Media
from datum.objects.memo import MemoryMemo
from datum.testing.datasets import ListDataset
from datum.testing.transforms import bytes_in_memory, run_transform
from datum.transforms.stable_split import STABLE_SPLIT

IDS = st.text("ab/1", min_size=1, max_size=4)


def scene(seed, noise=0):
    """A picture of soft clouds; *noise* changes its pixels a little."""
    clouds = np.random.default_rng(seed).uniform(0, 255, (6, 8, 3)).astype(np.float32)
    pixels = cv2.resize(clouds, (96, 64), interpolation=cv2.INTER_CUBIC)
    pixels += np.random.default_rng(noise).normal(0, 2, pixels.shape) if noise else 0
    return cv2.imencode(".png", np.clip(pixels, 0, 255).astype(np.uint8))[1].tobytes()


def pictured(name, data, subset="default", **attributes):
    media = Media(path=f"{name}.png", content=InMemory(data))
    return Item(id=name, subset=subset, media=(media,), attributes=attributes)


def split(items, **options):
    """The subset of every id, and what was counted."""
    made = run_transform(STABLE_SPLIT, items, **options)
    return {item.id: item.subset for item in made.items}, made.losses


@settings(max_examples=60)
@given(st.sets(IDS, max_size=12), st.sets(IDS, max_size=12), st.sampled_from(["id", "group"]))
def test_other_items_move_none(some, more, by):
    """With or without others, in any subset that it was in, an item comes into one subset."""
    before, _ = split([Item(id=name, subset="x") for name in some], by=by)
    after, _ = split([Item(id=name) for name in some | more], by=by)
    assert {name: after[name] for name in some} == before


def test_splitting_again_changes_nothing():
    """The subset that an item is in does not matter."""
    first = run_transform(STABLE_SPLIT, [Item(id=str(n)) for n in range(50)]).items
    again = run_transform(STABLE_SPLIT, first).items
    assert {item.key for item in again} == {item.key for item in first}


def test_sizes_come_near_their_shares():
    """Of 10 000 items each share is met to one in a hundred; a share of 0 gets none."""
    subsets = ["none:0", "train:.7", "val:.2", "test:.1", "last:0"]
    found, _ = split([Item(id=str(n)) for n in range(10_000)], subset=subsets)
    sizes = Counter(found.values())
    assert sizes.keys() == {"train", "val", "test"}
    assert abs(sizes["train"] - 7000) < 100
    assert abs(sizes["val"] - 2000) < 100


def test_the_places_are_frozen():
    """Where an id goes is the same in every release; another seed moves it."""
    items = [Item(id=f"{n:02d}") for n in range(20)]
    found, _ = split(items, subset=["a:.5", "b:.5"])
    chosen = " ".join(sorted(name for name, subset in found.items() if subset == "a"))
    assert chosen == "03 04 05 07 09 11 12 14 18"
    assert split(items, subset=["a:.5", "b:.5"], seed=1)[0] != found


def test_a_group_stays_together():
    """Folders, what a pattern finds, and attributes; an item without goes by its id, and is told."""
    items = [Item(id=f"{video}/{n}") for video in "abcdefgh" for n in range(9)]
    found, _ = split(items, by="group")
    assert all(len({found[f"{video}/{n}"] for n in range(9)}) == 1 for video in "abcdefgh")
    assert len(set(found.values())) > 1

    items = [Item(id=f"v{n % 8}_{n}") for n in range(72)]
    found, losses = split([*items, Item(id="odd")], by="group", pattern=r"^v(\d)_")
    assert all(len({found[f"v{n % 8}_{n}"] for n in range(k, 72, 8)}) == 1 for k in range(8))
    assert losses.rows() == [("item", "it has no group, and goes by its id", 1, ("default/odd",))]

    items = [Item(id=str(n), attributes={"day": n % 8}) for n in range(72)]
    found, _ = split([*items, Item(id="odd")], by="attribute:day")
    assert all(len({found[str(n)] for n in range(k, 72, 8)}) == 1 for k in range(8))


def test_copies_of_a_picture_stay_together():
    """By the bytes of the media, whatever the names."""
    pictures = [scene(n) for n in range(8)]
    items = [pictured(f"{n}-{copy}", pictures[n]) for n in range(8) for copy in range(5)]
    found, losses = split([*items, Item(id="none")], by="media", subset=["a:.5", "b:.5"])
    assert all(len({found[f"{n}-{copy}"] for copy in range(5)}) == 1 for n in range(8))
    assert set(found.values()) == {"a", "b"}
    assert losses.rows()[0][2:] == (1, ("default/none",))


def test_what_looks_alike_stays_together():
    """Pictures with a little noise come into one subset, and hashes are found out once."""
    items = [pictured(f"{n}-{k}", scene(n, noise=k)) for n in range(8) for k in range(4)]
    loaded, memo = [], MemoryMemo()

    def load(media):
        loaded.append(media.path)
        return bytes_in_memory(media)

    options = {"near": 6, "subset": ["a:.5", "b:.5"], "load": load, "memo": memo}
    found, _ = split([*items, Item(id="none")], **options)
    assert all(len({found[f"{n}-{k}"] for k in range(4)}) == 1 for n in range(8))
    assert set(found.values()) == {"a", "b"}
    assert len(loaded) == 32
    again, losses = split([*items, Item(id="none")], **options)
    assert (again, len(loaded)) == (found, 32)
    assert [row[0] for row in losses.rows()] == ["picture"]


def test_what_is_in_a_subset_is_kept_and_followed():
    """With --keep nothing moves, and a new picture goes where those are that it looks like."""
    old = [pictured(f"old-{n}", scene(n), subset=name) for n, name in enumerate(("val", "test"))]
    new = [pictured(f"new-{n}-{k}", scene(n, noise=k)) for n in range(2) for k in range(1, 6)]
    found, losses = split([*old, *new], near=6, keep=True)
    assert {found[item.id] for item in (old[0], *new[:5])} == {"val"}
    assert {found[item.id] for item in (old[1], *new[5:])} == {"test"}
    assert not losses
    far = pictured("old-2", scene(0, noise=9), subset="train")
    found, losses = split(
        [*old, *new, far, pictured("x", scene(0, 8), subset="val")], near=6, keep=True
    )
    assert (found["old-2"], found["old-0"], found["new-0-1"]) == ("train", "val", "val")
    assert len(losses.rows()) == 1


@pytest.mark.parametrize(
    "options",
    [
        {"by": "name"},
        {"by": "attribute:"},
        {"by": "group", "pattern": "("},
        {"near": 99},
        {"seed": -1},
        {"subset": ["a:.5"]},
    ],
)
def test_what_cannot_be(options):
    """Nothing to split by, a broken pattern, too many bits, a seed and shares that are none."""
    with pytest.raises(UsageError):
        split([Item(id="a")], **options)


def test_nothing_is_split_into_nothing():
    """A dataset without items."""
    assert not split([], near=3, by="media")[0]
    assert len(ListDataset()) == 0
