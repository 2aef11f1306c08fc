"""The exact volume that boxes in space have in common.

Boxes that are turned around one and the same axis, as in driving, overlap as rectangles do; others are
clipped, one by the faces of the other (Sutherland and Hodgman 1974, in space).
"""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from datum.model.annotation import Cuboid3D, RotatedBox
from datum.model.regions import common_areas, regions_of

__all__ = ["ball", "solid_ious"]

Floats = NDArray[np.float64]
Face = list[Floats]

_NEAR = 1e-12
"""Distance from a plane, in parts of the sizes, within which a corner lies on it."""

_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
_FACES = ((0, 1, 3, 2), (4, 5, 7, 6), (0, 1, 5, 4), (2, 3, 7, 6), (0, 2, 6, 4), (1, 3, 7, 5))
"""Corners of each face, in order around it."""

_LEAST = 3
"""Corners of a face."""


def solid_ious(pairs: Sequence[tuple[Cuboid3D, Cuboid3D]]) -> Floats:
    """Intersection over union of pairs of boxes in space, shape (pairs,)."""
    return np.array([_iou(*sorted(pair, key=_order)) for pair in pairs], np.float64)


def ball(box: Cuboid3D) -> tuple[float, float, float]:
    """x, y and radius of a ball that a box in space lies in, whichever way it is turned."""
    return (box.position[0], box.position[1], float(np.linalg.norm(box.scale)) / 2)


def _order(box: Cuboid3D) -> tuple[tuple[float, ...], ...]:
    return (box.position, box.rotation, box.scale)


def _iou(a: Cuboid3D, b: Cuboid3D) -> float:
    volumes = [abs(float(np.prod(box.scale))) for box in (a, b)]
    reach = sum(float(np.linalg.norm(box.scale)) for box in (a, b)) / 2
    if min(volumes) <= 0 or np.linalg.norm(np.subtract(a.position, b.position)) > reach:
        return 0.0
    axis = next((n for n in (2, 1, 0) if not (_tilted(a, n) or _tilted(b, n))), None)
    common = _common_volume(a, b) if axis is None else _common_upright(a, b, axis)
    common = min(common, *volumes)
    return common / (sum(volumes) - common)


def _tilted(box: Cuboid3D, axis: int) -> bool:
    """Whether a box is turned around another axis than this one."""
    return any(turn for n, turn in enumerate(box.rotation) if n != axis)


def _common_upright(a: Cuboid3D, b: Cuboid3D, axis: int) -> float:
    low, high = (
        [box.position[axis] + side * abs(box.scale[axis]) / 2 for box in (a, b)] for side in (-1, 1)
    )
    height = min(high) - max(low)
    if height <= 0:
        return 0.0
    u, v = (axis + 1) % 3, (axis + 2) % 3
    bases = [
        RotatedBox(
            cx=box.position[u],
            cy=box.position[v],
            w=abs(box.scale[u]),
            h=abs(box.scale[v]),
            angle=float(np.degrees(box.rotation[axis])),
        )
        for box in (a, b)
    ]
    regions = regions_of(bases)
    return height * float(common_areas(regions, np.array([0]), regions, np.array([1]))[0])


def _axes(box: Cuboid3D) -> Floats:
    """The directions of a box's edges as columns: turned around x, then y, then z."""
    (cx, cy, cz), (sx, sy, sz) = np.cos(box.rotation), np.sin(box.rotation)
    around_x = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    around_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    around_z = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    found: Floats = around_z @ around_y @ around_x
    return found


def _common_volume(a: Cuboid3D, b: Cuboid3D) -> float:
    center = np.array(b.position)
    places = np.array(a.position) - center + _CORNERS * np.abs(a.scale) / 2 @ _axes(a).T
    faces: list[Face] = [[places[n] for n in face] for face in _FACES]
    near = _NEAR * float(np.abs(a.scale).max() + np.abs(b.scale).max())
    for direction, size in zip(_axes(b).T, np.abs(b.scale), strict=True):
        for side in (1.0, -1.0):
            faces = _clip(faces, side * direction, float(size) / 2, near)
    if not faces:
        return 0.0
    inside = np.mean([place for face in faces for place in face], axis=0)
    return sum(_cone(face, inside) for face in faces)


def _clip(faces: list[Face], normal: Floats, limit: float, near: float) -> list[Face]:
    """What lies below a plane; closed with a new face where the plane cuts."""
    kept: list[Face] = []
    rim: Face = []
    closed = False
    for face in faces:
        heights = [float(place @ normal) - limit for place in face]
        if max(map(abs, heights)) <= near:
            closed = True
        part = _below(face, heights, near)
        if len(part) >= _LEAST:
            kept.append([place for place, _ in part])
            rim += [place for place, touches in part if touches]
    if kept and not closed and len(rim) >= _LEAST:
        kept.append(_around(rim, normal))
    return kept


def _below(face: Face, heights: list[float], near: float) -> list[tuple[Floats, bool]]:
    """The part of a face below the plane, and which of its corners lie on the plane."""
    part: list[tuple[Floats, bool]] = []
    corners_of = [*zip(face, heights, strict=True), (face[0], heights[0])]
    for (start, height), (stop, later) in pairwise(corners_of):
        if height <= near:
            part.append((start, height >= -near))
        if (height < -near and later > near) or (height > near and later < -near):
            part.append((start + (stop - start) * (height / (height - later)), True))
    return part


def _around(rim: Face, normal: Floats) -> Face:
    """Points of a convex face in order around it."""
    center = np.mean(rim, axis=0)
    across = np.cross(normal, np.eye(3)[int(np.abs(normal).argmin())])
    along = np.cross(normal, across)
    turns = [np.arctan2((place - center) @ along, (place - center) @ across) for place in rim]
    return [rim[n] for n in np.argsort(turns, kind="stable")]


def _cone(face: Face, tip: Floats) -> float:
    """The volume between a face and a point."""
    first = face[0] - tip
    return sum(
        abs(float(first @ np.cross(second - tip, third - tip))) / 6
        for second, third in pairwise(face[1:])
    )
