"""dedupe and ndr."""

from collections import Counter

import cv2
import numpy as np
import pytest
from msgspec.structs import replace

from datum.errors import MediaError, UnknownNameError, UsageError
from datum.losses import LossReport
from datum.model import Categories, InMemory, Item, Label, Media
from datum.objects.memo import MemoryMemo
from datum.plugins import TransformContext, parse_options
from datum.testing.datasets import ListDataset
from datum.testing.transforms import bytes_in_memory, run_transform
from datum.transforms.dedupe import DEDUPE
from datum.transforms.ndr import NDR


def scene(seed, noise=0.0, size=(96, 64), ext=".png"):
    """Soft clouds of a seed, a little noise over them."""
    clouds = np.random.default_rng(seed).uniform(0, 255, (6, 8, 3)).astype(np.float32)
    pixels = cv2.resize(clouds, size, interpolation=cv2.INTER_CUBIC)
    pixels += np.random.default_rng(int(noise * 10)).normal(0, noise, pixels.shape)
    return cv2.imencode(ext, np.clip(pixels, 0, 255).astype(np.uint8))[1].tobytes()


def flat(value):
    return cv2.imencode(".png", np.full((64, 96, 3), value, np.uint8))[1].tobytes()


def shown(name, data, subset="train", size=(96, 64), notes=0):
    media = Media(path=f"{name}.png", width=size[0], height=size[1], content=InMemory(data))
    labels = tuple(Label(label=0) for _ in range(notes))
    return Item(id=name, subset=subset, media=(media,), annotations=labels)


def left(transform, items, **options):
    """The keys that there are afterwards, as texts."""
    made = run_transform(transform, items, Categories.of(["cat"]), **options).items
    return sorted("/".join(item.key) for item in made)


A, B = scene(1), scene(2)
COPIES = [
    shown("a1", A),
    shown("a2", A, notes=2),
    shown("b", B),
    shown("a3", A, subset="test"),
    Item(id="none", subset="train"),
]
ALIKE = [
    shown("a", A),
    shown("b", B),
    shown("large", scene(1, size=(192, 128)), size=(192, 128)),
    shown("packed", scene(1, ext=".jpg")),
    shown("noisy", scene(1, noise=2)),
    shown("broken", b"no picture"),
    Item(id="none", subset="train"),
]


def test_copies_go():
    """One of equal pictures stays, over all subsets; items without pictures stay."""
    assert left(DEDUPE, COPIES) == ["test/a3", "train/b", "train/none"]
    assert left(DEDUPE, COPIES, keep="most_annotations") == ["train/a2", "train/b", "train/none"]
    found = left(DEDUPE, COPIES, duplicated_subset="twice")
    assert found == ["test/a3", "train/b", "train/none", "twice/a1", "twice/a2"]


def test_what_goes_is_counted():
    """And named."""
    losses = run_transform(DEDUPE, COPIES).losses.rows()
    assert [(row[0], row[2], row[3]) for row in losses] == [("item", 2, ("train/a1", "train/a2"))]


def test_what_looks_alike_goes():
    """Scaled, compressed and noisy ones; what is no picture stays and is counted."""
    stay = ["train/b", "train/broken", "train/none"]
    assert left(DEDUPE, ALIKE, method="near") == sorted(["train/a", *stay])
    assert left(DEDUPE, ALIKE, method="near", keep="largest") == sorted(["train/large", *stay])
    rows = run_transform(DEDUPE, ALIKE, method="near").losses.rows()
    assert ("picture", 2) in [(row[0], row[2]) for row in rows]


def test_the_report():
    """Every group with its members, and which one was kept."""
    context = TransformContext(
        categories=Categories(),
        options=parse_options(DEDUPE.options, {"report": "g.csv"}, "dedupe"),
        load=bytes_in_memory,
        losses=LossReport(),
    )
    files = DEDUPE.plan(ListDataset(COPIES), context).files
    assert files["g.csv"].decode() == (
        "group,subset,id,kept,bits\n1,test,a3,yes,0\n1,train,a1,no,0\n1,train,a2,no,0\n"
    )


def test_pictures_are_measured_once():
    """What was found out is remembered by content, under any name."""
    loaded, memo = [], MemoryMemo()

    def load(media):
        loaded.append(media.path)
        return bytes_in_memory(media)

    for transform, options in ((DEDUPE, {"method": "near"}), (NDR, {})):
        loaded.clear()
        first = left(transform, ALIKE, load=load, memo=memo, **options)
        assert len(loaded) == 6
        assert left(transform, ALIKE, load=load, memo=memo, **options) == first
        renamed = [replace(one, id=f"{one.id}-") for one in ALIKE]
        left(transform, renamed, load=load, memo=memo, **options)
        assert len(loaded) == 6


def test_bytes_that_cannot_be_read():
    """They are compared with nothing, and nothing is remembered of them."""

    def load(media):
        raise MediaError("is gone", path=media.path)

    assert len(left(DEDUPE, ALIKE, method="near", load=load)) == len(ALIKE)
    assert len(left(NDR, ALIKE, load=load)) == len(ALIKE)


@pytest.mark.parametrize("options", [{"method": "near", "threshold": 99}, {"report": "x.txt"}])
def test_dedupe_of_what_cannot_be(options):
    """Too many bits, a file of another kind."""
    with pytest.raises(UsageError):
        left(DEDUPE, COPIES, **options)


MANY = [shown(f"{n}-{k}", scene(n, noise=k / 10)) for n in range(6) for k in range(5)]


def kept(items, **options):
    return [key for key in left(NDR, items, **options) if not key.startswith("duplicated/")]


def test_near_duplicates_are_moved():
    """Six scenes in five versions each: every scene is kept, most versions are not; all are there."""
    found = kept(MANY)
    assert {key.split("/")[1][0] for key in found} == set("012345")
    assert len(found) < 15
    assert len(left(NDR, MANY)) == 30
    assert kept(MANY[::-1], seed=0) == found
    assert any(kept(MANY, seed=seed) != found for seed in range(1, 4))


def test_exact_copies_are_always_found():
    """Also of pictures of one colour, which have no gradient."""
    items = [shown(f"{n}-{k}", data) for n, data in enumerate((A, B, flat(9))) for k in range(3)]
    assert Counter(key.split("/")[1][0] for key in kept(items)) == {"0": 1, "1": 1, "2": 1}


@pytest.mark.parametrize("over", ["random", "similarity"])
@pytest.mark.parametrize("under", ["uniform", "inverse"])
@pytest.mark.parametrize("wanted", [0, 3, 20, 30])
def test_so_many_are_kept(wanted, over, under):
    """Fewer than were kept, more, none and all."""
    found = kept(MANY, num_cut=wanted, over_sample=over, under_sample=under)
    assert len(found) == wanted
    if wanted >= 20:
        assert set(kept(MANY)) <= set(found)


def test_subsets_of_ndr():
    """Other subsets stay; without a name the only subset is meant, or default."""
    items = [*COPIES, shown("c", A, subset="default"), shown("d", A, subset="default")]
    assert len([key for key in left(NDR, items) if key.startswith("duplicated/")]) == 1
    found = left(NDR, items, working_subset="train", duplicated_subset="twice")
    assert sum(key.startswith("twice/") for key in found) == 1
    assert {"test/a3", "default/c", "default/d", "train/none"} <= set(found)
    with pytest.raises(UnknownNameError):
        left(NDR, items, working_subset="trian")
    assert left(NDR, []) == []


@pytest.mark.parametrize("number", [-1, 31])
def test_more_than_there_are(number):
    """The message says how many pictures there are."""
    with pytest.raises(UsageError, match="between 0 and 30"):
        kept(MANY, num_cut=number)
