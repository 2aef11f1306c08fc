"""Strategies for annotations: every kind, within an image, and objects made of several."""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgspec
from hypothesis import strategies as st

from datum.model import KINDS, Annotation, Categories
from datum.testing.words import LETTERS, any_text, attributes, words

__all__ = ["annotations", "coordinates", "instances", "masks"]

OUTLINES = (("polygon",), ("polygon", "polygon"), ("mask",), ("points",))
"""What an object may have beside its box."""

Size = tuple[int, int]
"""Height and width."""


@cache
def coordinates(low: float = -1e4, high: float = 1e4) -> st.SearchStrategy[float]:
    """Finite pixel coordinates: whole, quarters, and of full precision."""
    quarters = st.integers(int(low * 4), int(high * 4)).map(lambda n: n / 4)
    exact = st.floats(low, high, allow_nan=False, allow_subnormal=False)
    return st.one_of(quarters, exact.map(lambda n: n + 0.0))


@cache
@st.composite
def masks(draw: st.DrawFn, height: int = 6, width: int = 8) -> dict[str, Any]:
    """Fields of a mask of that size with at least one pixel: random runs in canonical form."""
    from pycocotools import mask

    total = height * width
    cuts = draw(
        st.lists(st.integers(0, total - 1), min_size=1, max_size=6, unique=True).map(sorted)
    )
    counts = [end - start for start, end in zip([0, *cuts], [*cuts, total], strict=True)]
    encoded: Any = mask.frPyObjects({"counts": counts, "size": [height, width]}, height, width)
    return {"height": height, "width": width, "counts": bytes(encoded["counts"])}


def annotations(
    known: Categories, *, kind: str, size: Size = (6, 8), plain: bool = False
) -> st.SearchStrategy[Annotation]:
    """Annotations of one kind, within an image of *size*, group 0 and no id.

    Args:
        known: Their labels and skeletons come from here.
        kind: Name of the kind; a Label needs a label, a Skeleton one that has a skeleton.
        size: Height and width of the image.
        plain: Only what every reasonable format can spell.
    """
    return _annotations(known, kind, size, plain)


@st.composite
def _annotations(
    draw: st.DrawFn, known: Categories, kind: str, size: Size, plain: bool
) -> Annotation:
    labels: st.SearchStrategy[int | None] = st.none()
    if kind == "skeleton":
        labels = st.sampled_from([spec.label for spec in known.skeletons])
    elif kind == "label":
        labels = st.sampled_from(range(len(known.labels)))
    elif known.labels and kind != "caption":
        labels = st.none() | st.sampled_from(range(len(known.labels)))
    label = draw(labels)
    fields: dict[str, Any] = {
        "label": label,
        "z_order": draw(st.sampled_from([0, 0, 1, 7, -2])),
        "score": draw(st.none() | st.floats(0, 1, allow_subnormal=False)),
        "attributes": draw(attributes(plain=plain)),
    }
    return KINDS[kind](**fields, **draw(_geometry(known, kind, label, size, plain)))


@st.composite
def _geometry(
    draw: st.DrawFn, known: Categories, kind: str, label: int | None, size: Size, plain: bool
) -> dict[str, Any]:
    """The fields of a kind beyond the common ones."""
    if kind == "caption":
        tame = words(LETTERS + " ,.'\"<&>", 12)
        return {"text": draw(tame if plain else any_text())}
    if kind == "polygon":
        return draw(_polygons(size, plain))
    if kind == "skeleton":
        spec = known.skeleton_of(label)
        return draw(_keypoints(len(spec.joints) if spec else None, size))
    return draw(_SHAPES[kind](size))


@cache
@st.composite
def _polygons(draw: st.DrawFn, size: Size, plain: bool) -> dict[str, Any]:
    fields: dict[str, Any] = {"points": draw(_flat_points(3, 6, size))}
    if not plain:
        fields["holes"] = draw(st.lists(_flat_points(3, 4, size), max_size=1).map(tuple))
    return fields


@cache
@st.composite
def _flat_points(draw: st.DrawFn, least: int, most: int, size: Size) -> tuple[float, ...]:
    """x0, y0, x1, y1, …: points that all differ."""
    height, width = size
    point = st.tuples(coordinates(0, width), coordinates(0, height))
    points = draw(st.lists(point, min_size=least, max_size=most, unique=True))
    return tuple(value for point in points for value in point)


@cache
@st.composite
def _keypoints(draw: st.DrawFn, count: int | None, size: Size) -> dict[str, Any]:
    """Points with visibility; absent ones lie at the origin, and one at least is not absent."""
    points = list(draw(_flat_points(count or 1, count or 4, size)))
    number = len(points) // 2
    seen = draw(st.lists(st.integers(0, 2), min_size=number, max_size=number))
    seen[-1] = seen[-1] or 2
    for index, one in enumerate(seen):
        if one == 0:
            points[2 * index : 2 * index + 2] = [0.0, 0.0]
    return {"points": tuple(points), "visibility": tuple(seen)}


@cache
@st.composite
def _boxes(draw: st.DrawFn, size: Size) -> dict[str, Any]:
    """Boxes within the image."""
    height, width = size
    left, right = sorted(draw(_two_of(width)))
    top, bottom = sorted(draw(_two_of(height)))
    return {"x": left, "y": top, "w": right - left, "h": bottom - top}


@cache
@st.composite
def _rotated_boxes(draw: st.DrawFn, size: Size) -> dict[str, Any]:
    box = draw(_boxes(size))
    return {
        "cx": box["x"] + box["w"] / 2,
        "cy": box["y"] + box["h"] / 2,
        "w": box["w"],
        "h": box["h"],
        "angle": draw(coordinates(1, 89)),
    }


@cache
@st.composite
def _ellipses(draw: st.DrawFn, size: Size) -> dict[str, Any]:
    box = draw(_boxes(size))
    rx, ry = box["w"] / 2, box["h"] / 2
    return {"cx": box["x"] + rx, "cy": box["y"] + ry, "rx": rx, "ry": ry}


@cache
def _two_of(extent: int) -> st.SearchStrategy[tuple[float, float]]:
    """Two places along an edge, at least a quarter of a pixel apart."""
    pair = st.tuples(coordinates(0, extent), coordinates(0, extent))
    return pair.filter(lambda two: abs(two[0] - two[1]) >= 0.25)  # noqa: PLR2004 (see docstring)


@cache
def _cuboids(_size: Size) -> st.SearchStrategy[dict[str, Any]]:
    three = st.tuples(*[coordinates(-100, 100)] * 3)
    return st.fixed_dictionaries({"position": three, "rotation": three, "scale": three})


_SHAPES: dict[str, Callable[[Size], st.SearchStrategy[dict[str, Any]]]] = {
    "label": lambda _: st.just({}),
    "box": _boxes,
    "rotated_box": _rotated_boxes,
    "polyline": lambda size: st.fixed_dictionaries({"points": _flat_points(2, 5, size)}),
    "points": lambda size: _keypoints(None, size),
    "mask": lambda size: masks(*size),
    "ellipse": _ellipses,
    "cuboid_2d": lambda size: st.fixed_dictionaries({"points": _flat_points(8, 8, size)}),
    "cuboid_3d": _cuboids,
}


@st.composite
def instances(
    draw: st.DrawFn, known: Categories, size: Size = (6, 8), *, plain: bool = False
) -> tuple[Annotation, ...]:
    """One object as several annotations of one label: a box, and its outline or its keypoints.

    They share label, z-order, score and attributes, and the group 1.
    """
    box = draw(annotations(known, kind="box", size=size, plain=plain))
    label = draw(st.sampled_from(range(len(known.labels)))) if known.labels else None
    shared: dict[str, Any] = {
        "label": label,
        "z_order": box.z_order,
        "score": box.score,
        "attributes": box.attributes,
        "group": 1,
    }
    others = draw(st.sampled_from(OUTLINES))
    parts = [draw(annotations(known, kind=kind, size=size, plain=plain)) for kind in others]
    return tuple(msgspec.structs.replace(part, **shared) for part in (box, *parts))
