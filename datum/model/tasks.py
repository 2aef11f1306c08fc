"""Tasks that models are trained for, and the kinds of annotations that each is about."""

__all__ = ["TASK_KINDS"]

TASK_KINDS: dict[str, frozenset[str]] = {
    "classification": frozenset(("label",)),
    "detection": frozenset(("box", "rotated_box")),
    "segmentation": frozenset(("mask", "polygon", "ellipse")),
}
