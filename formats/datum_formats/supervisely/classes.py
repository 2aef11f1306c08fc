"""The classes of ``meta.json``: colours, and the joints of graphs."""

from typing import Any

from datum.model import Categories, SkeletonSpec

__all__ = ["classes_for"]


def classes_for(categories: Categories) -> list[dict[str, Any]]:
    """A class for each label; one that has no colour gets one, which Supervisely demands."""
    found: list[dict[str, Any]] = []
    for label, one in enumerate(categories.labels):
        spec = categories.skeleton_of(label)
        color = "#{:02x}{:02x}{:02x}".format(*(one.color or _color(label)))
        config = {} if spec is None else _graph(spec)
        found.append({"title": one.name, "shape": "any", "color": color, "geometry_config": config})
    return found


def _color(label: int) -> tuple[int, int, int]:
    """Colours far from each other for neighbouring numbers, none of them black."""
    return tuple(64 + (label + 1) * step % 192 for step in (67, 109, 151))  # type: ignore[return-value] # three steps


def _graph(spec: SkeletonSpec) -> dict[str, Any]:
    nodes = {
        str(at): {"label": name, "loc": [at, at], "disabled": False, "color": "#808080"}
        for at, name in enumerate(spec.joints)
    }
    edges = [{"src": str(one), "dst": str(other), "color": "#808080"} for one, other in spec.edges]
    return {"nodes": nodes, "edges": edges}
