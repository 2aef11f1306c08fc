"""ndr: near-duplicate removal by gradients, as the known tool does it; duplicates go to a subset.

``--algorithm gradient``: of the picture and of its square, brought to 8x8 by areas, come mean and
deviation of each channel; the central differences of both, along x and y, with a border of zeros, are
one vector of length 1. A picture of one colour has no gradient, and is like others of that sort alone.
The signs of 32 random projections are a key. Pictures are visited in the order of their draws: the first
of a key is kept, a later one if no kept one of its key is similar: cosine^50 is below 0.5.
Duplicates of different keys are not found; ``dedupe --method near`` is more thorough.

With ``--num-cut`` so many are kept in the end. If more were kept, some of them are taken: ``uniform``,
each as likely as any other, or ``inverse``, by the square of the number of kept ones of one key. If fewer were
kept, removed ones come back: at ``random``, or by ``similarity``, the least similar first. More than there
are pictures is an error. All others of ``--working-subset`` go to ``--duplicated-subset``; without
``--working-subset`` it is the only subset, or else ``default``. Items whose picture cannot be read stay
where they are, and are counted. Draws depend on key and seed alone, and 0 is a seed.
"""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec.structs import replace

from datum.errors import UnknownNameError, UsageError
from datum.model import DEFAULT_SUBSET
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext
from datum.transforms.chance import SEED, Key, draw, seed_of, shuffled
from datum.transforms.pictures import decode, of_pictures

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["NDR"]

_SIDE = 8
_WIDTH = 2 * 2 * 3 * _SIDE * _SIDE + 1
"""Of the vector: mean and deviation, x and y, channels, places; the last is for pictures of one colour."""
_KEY_BITS = 32
_POWER, _ALIKE = 50, 0.5


class _Found(msgspec.Struct, frozen=True):
    """What a first pass keeps and removes."""

    kept: list[Key]
    removed: dict[Key, float]
    """With the similarity to the most similar kept one."""
    hashes: dict[Key, bytes]


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Decide which pictures are kept."""
    options, seed = context.options, seed_of(context)
    subset = _working(dataset, options["working_subset"])
    pictures = of_pictures(dataset, context, "gradients 1", gradients, subset=subset)
    found = _first_pass({item.key: value for item, value in pictures}, seed)
    stays = set(_adjusted(found, options, seed))
    moved = {
        key: (options["duplicated_subset"], key[1]) for key in found.hashes if key not in stays
    }
    return Plan(keys=lambda key: moved.get(key, key))


def _working(dataset: Dataset, name: str | None) -> str:
    names = dataset.subsets()
    wanted = name or (names[0] if len(names) == 1 else DEFAULT_SUBSET)
    if names and wanted not in names:
        raise UnknownNameError("subset", wanted, names, hint="name one with --working-subset")
    return wanted


def gradients(data: bytes) -> bytes:
    """The vector of an image file as float16, of length 1; empty where it does not decode."""
    import cv2
    import numpy as np

    pixels = decode(data)
    if pixels is None:
        return b""
    image = pixels.astype(np.float64)
    size = (_SIDE, _SIDE)
    mean = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    square = cv2.resize(image**2, size, interpolation=cv2.INTER_AREA)
    deviation = np.sqrt(np.maximum(square - mean**2, 0))
    parts = []
    for values in (mean, deviation):
        padded = np.pad(values, ((1, 1), (1, 1), (0, 0)))
        parts += [padded[1:-1, 2:] - padded[1:-1, :-2], padded[2:, 1:-1] - padded[:-2, 1:-1]]
    flat = np.append(np.concatenate([part.ravel() for part in parts]), 0.0)
    length = float(np.linalg.norm(flat))
    if image.max() == image.min():
        flat, length = np.eye(_WIDTH)[-1], 1.0
    return (flat / length).astype(np.float16).tobytes()


def _first_pass(vectors: dict[Key, bytes], seed: int) -> _Found:
    import numpy as np

    kept: list[Key] = []
    removed: dict[Key, float] = {}
    hashes: dict[Key, bytes] = {}
    of_hash: dict[bytes, list[NDArray[np.float64]]] = defaultdict(list)
    directions = _directions(seed)
    for key in shuffled(vectors, seed):
        vector = np.frombuffer(vectors[key], np.float16).astype(np.float64)
        hashes[key] = np.packbits(directions @ vector > 0).tobytes()
        others = of_hash[hashes[key]]
        likeness = max((float(vector @ other) for other in others), default=0.0)
        if max(likeness, 0.0) ** _POWER < _ALIKE:
            kept.append(key)
            others.append(vector)
        else:
            removed[key] = likeness
    return _Found(kept, removed, hashes)


def _directions(seed: int) -> "NDArray[np.float64]":
    """(32, width): projections of random signs (Achlioptas 2003)."""
    import numpy as np

    data = hashlib.shake_128(b"ndr %d" % seed).digest(_KEY_BITS * (_WIDTH // 8 + 1))
    bits = np.unpackbits(np.frombuffer(data, np.uint8)).reshape(_KEY_BITS, -1)[:, :_WIDTH]
    return np.where(bits, 1.0, -1.0)


def _adjusted(found: _Found, options: Mapping[str, Any], seed: int) -> Sequence[Key]:
    """The kept ones, cut or filled up to the number that is wanted."""
    wanted = options["num_cut"]
    if wanted is None:
        return found.kept
    if not 0 <= wanted <= len(found.hashes):
        raise UsageError(
            f"--num-cut {wanted} of ndr is not between 0 and {len(found.hashes)}, "
            "the number of pictures"
        )
    if wanted <= len(found.kept):
        weights = Counter(found.hashes[key] for key in found.kept)
        inverse = options["under_sample"] == "inverse"

        def wait(key: Key) -> float:
            """Smallest first is a draw without replacement by weight (Efraimidis, Spirakis 2006)."""
            chance = (draw(seed, "under", *key) + 0.5) / 2**64
            return -math.log(chance) * (weights[found.hashes[key]] ** 2 if inverse else 1)

        return sorted(found.kept, key=lambda key: (wait(key), key))[:wanted]
    if options["over_sample"] == "similarity":
        order = sorted(found.removed, key=lambda key: (found.removed[key], key))
    else:
        order = sorted(found.removed, key=lambda key: (draw(seed, "over", *key), key))
    return [*found.kept, *order[: wanted - len(found.kept)]]


NDR = Transform(
    name="ndr",
    title="Move pictures that are nearly those of others to a subset",
    help=__doc__
    + "\nExample: datum transform -t ndr -- -w train -a gradient -k 100 -e random -u uniform",
    options=(
        Option(name="working_subset", short=("-w",), help="the subset that is looked at"),
        Option(name="duplicated_subset", short=("-d",), default="duplicated", help="where they go"),
        Option(
            name="algorithm", short=("-a",), default="gradient", choices=("gradient",), help="how"
        ),
        Option(name="num_cut", short=("-k",), type=int, help="how many are kept in the end"),
        Option(
            name="over_sample",
            short=("-e",),
            default="random",
            choices=("random", "similarity"),
            help="which come back where too few were kept",
        ),
        Option(
            name="under_sample",
            short=("-u",),
            default="uniform",
            choices=("uniform", "inverse"),
            help="which are taken where too many were kept",
        ),
        replace(SEED, short=("-s",)),
    ),
    plan=plan,
)
