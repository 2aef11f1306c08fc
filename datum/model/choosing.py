"""Some of the annotations that are columns."""

from collections.abc import Callable
from itertools import compress
from typing import Any

import numpy as np

from datum.model.annotation import KIND_CODES, KINDS
from datum.model.columns import (
    Bools,
    Columns,
    Fixed,
    Geometry,
    Keypoints,
    Lists,
    Masks,
    Rings,
    Texts,
    starts_of,
)

__all__ = ["chosen"]


def chosen(columns: Columns, keep: Bools) -> Columns:
    """Those annotations that are to be kept; their items all stay, with what is left.

    Args:
        columns: All annotations.
        keep: (n,)
    """
    places = np.cumsum(keep) - 1
    geometry = {}
    for code, shape in columns.geometry.items():
        of_kind = keep[columns.places(code)]
        if of_kind.any():
            geometry[code] = _CHOOSERS[code](shape, of_kind)
    return Columns(
        starts=starts_of(np.bincount(columns.owners()[keep], minlength=len(columns))),
        kinds=columns.kinds[keep],
        ids=columns.ids[keep],
        known=columns.known[keep],
        labels=columns.labels[keep],
        groups=columns.groups[keep],
        z_orders=columns.z_orders[keep],
        scores=columns.scores[keep],
        scored=columns.scored[keep],
        attributes={int(places[n]): values for n, values in columns.attributes.items() if keep[n]},
        geometry=geometry,
    )


def _fixed(shape: Fixed, keep: Bools) -> Fixed:
    return Fixed(shape.numbers[keep])


def _lists(shape: Lists, keep: Bools) -> Lists:
    return Lists(shape.lengths[keep], shape.numbers[np.repeat(keep, shape.lengths)])


def _rings(shape: Rings, keep: Bools) -> Rings:
    rings = np.repeat(keep, shape.holes + 1)
    numbers = shape.numbers[np.repeat(rings, shape.lengths)]
    return Rings(shape.holes[keep], shape.lengths[rings], numbers)


def _keypoints(shape: Keypoints, keep: Bools) -> Keypoints:
    return Keypoints(
        lengths=shape.lengths[keep],
        numbers=shape.numbers[np.repeat(keep, shape.lengths)],
        flag_lengths=shape.flag_lengths[keep],
        flags=shape.flags[np.repeat(keep, shape.flag_lengths)],
    )


def _masks(shape: Masks, keep: Bools) -> Masks:
    return Masks(shape.sizes[keep], list(compress(shape.counts, keep)))


def _texts(shape: Texts, keep: Bools) -> Texts:
    return Texts(list(compress(shape.texts, keep)))


_CHOOSER_OF: dict[str, Callable[[Any, Bools], Geometry]] = {
    "box": _fixed,
    "rotated_box": _fixed,
    "polygon": _rings,
    "polyline": _lists,
    "points": _keypoints,
    "skeleton": _keypoints,
    "mask": _masks,
    "ellipse": _fixed,
    "cuboid_2d": _lists,
    "cuboid_3d": _fixed,
    "caption": _texts,
}
_CHOOSERS = {KIND_CODES[KINDS[kind]]: choose for kind, choose in _CHOOSER_OF.items()}
