"""Hypothesis strategies for everything a dataset holds.

What they draw is valid: outlines have three points or more, run lengths cover their mask, labels
are declared, every number is finite. ``datasets()`` is the one that most tests want; *plain* draws
what every reasonable format can spell, without it come odd names, nested attributes, holes.
"""

import itertools
from collections.abc import Collection

from hypothesis import strategies as st
from msgspec.structs import replace

from datum.model import (
    KINDS,
    Annotation,
    AttributeSpec,
    Categories,
    Item,
    LabelCategory,
    Media,
    SkeletonSpec,
)
from datum.testing.datasets import ListDataset, picture
from datum.testing.shapes import annotations, coordinates, instances, masks
from datum.testing.words import (
    LETTERS,
    ODD_IDS,
    ODD_LABELS,
    any_text,
    attributes,
    ids,
    label_names,
    words,
)

__all__ = [
    "ODD_IDS",
    "ODD_LABELS",
    "annotations",
    "any_text",
    "attributes",
    "categories",
    "coordinates",
    "datasets",
    "ids",
    "instances",
    "items",
    "label_names",
    "masks",
]


def categories(*, plain: bool = False, most: int = 4) -> st.SearchStrategy[Categories]:
    """Categories: no label, one, several; with parents, colours, skeletons, attribute specs."""
    return _categories(plain=plain, most=most)


@st.composite
def _categories(draw: st.DrawFn, *, plain: bool, most: int) -> Categories:
    names = draw(st.lists(label_names(plain=plain), max_size=most, unique=True))
    colors = draw(st.lists(st.tuples(*[st.integers(0, 255)] * 3), max_size=len(names), unique=True))
    specs = st.lists(_specs(), max_size=2, unique_by=lambda spec: spec.name).map(tuple)
    labels = tuple(
        LabelCategory(
            name=name,
            parent=draw(st.sampled_from(("", "thing", *names[:index]))),
            color=colors[index] if index < len(colors) else None,
            attributes=draw(specs),
        )
        for index, name in enumerate(names)
    )
    skeletons = tuple(
        draw(_skeleton_specs(index)) for index in range(draw(st.integers(0, len(names))))
    )
    return Categories(labels=labels, attributes=draw(specs), skeletons=skeletons)


def _specs() -> st.SearchStrategy[AttributeSpec]:
    return st.builds(
        AttributeSpec,
        name=words(LETTERS, 4).map("k{}".format),
        input_type=st.sampled_from(["text", "number", "checkbox", "select", "radio"]),
        values=st.lists(words(LETTERS, 3), max_size=3, unique=True).map(tuple),
        mutable=st.booleans(),
    )


def _skeleton_specs(label: int) -> st.SearchStrategy[SkeletonSpec]:
    def spec(count: int) -> SkeletonSpec:
        edges = tuple((joint, joint + 1) for joint in range(count - 1))
        return SkeletonSpec(label=label, joints=tuple(f"j{n}" for n in range(count)), edges=edges)

    return st.integers(1, 4).map(spec)


def items(
    known: Categories,
    *,
    plain: bool = False,
    media: bool = True,
    kinds: Collection[str] = frozenset(KINDS),
) -> st.SearchStrategy[Item]:
    """Items with up to four annotations or objects.

    Args:
        known: What their annotations may say.
        plain: Only what every reasonable format can spell.
        media: Whether each has a picture with its bytes; else some have only a name and a size.
        kinds: Of annotations.
    """
    return _items(known, plain, media, frozenset(kinds))


@st.composite
def _items(
    draw: st.DrawFn, known: Categories, plain: bool, media: bool, kinds: frozenset[str]
) -> Item:
    name = draw(ids(plain=plain))
    size = draw(st.sampled_from([(6, 8), (5, 3)]))
    return Item(
        id=name,
        subset=draw(_subsets(plain)),
        media=(_media(draw, name, size, media),),
        attributes=draw(attributes(plain=plain)),
        annotations=_regroup(draw(_objects(known, size, plain, kinds))),
    )


def _objects(
    known: Categories, size: tuple[int, int], plain: bool, kinds: frozenset[str]
) -> st.SearchStrategy[list[tuple[Annotation, ...]]]:
    """Annotations on their own, and objects made of several."""
    possible = sorted(kinds)
    if not known.labels and "label" in kinds:
        possible.remove("label")
    if not known.skeletons and "skeleton" in kinds:
        possible.remove("skeleton")
    if not possible:
        return st.just([])

    def alone(kind: str) -> st.SearchStrategy[tuple[Annotation, ...]]:
        return annotations(known, kind=kind, size=size, plain=plain).map(lambda one: (one,))

    one = st.sampled_from(possible).flatmap(alone)
    if "box" in kinds:
        one |= instances(known, size, plain=plain).map(
            lambda parts: tuple(part for part in parts if part.kind in kinds)
        )
    return st.lists(one, max_size=4)


def _subsets(plain: bool) -> st.SearchStrategy[str]:
    common = st.sampled_from(["default", "train", "val", "test"])
    return common if plain else common | words(LETTERS + " ", 4)


def _media(draw: st.DrawFn, name: str, size: tuple[int, int], full: bool) -> Media:
    drawn = picture(name, draw(st.sampled_from([".jpg", ".png"])), *size, draw(st.integers(0, 3)))
    absent = not full and draw(st.booleans())
    return replace(drawn, content=None) if absent else drawn


def _regroup(drawn: list[tuple[Annotation, ...]]) -> tuple[Annotation, ...]:
    """All annotations, those of an object in a group of their own."""
    regrouped: list[Annotation] = []
    for number, parts in enumerate(drawn, start=1):
        group = number if len(parts) > 1 else 0
        regrouped += [replace(part, group=group) for part in parts]
    return tuple(regrouped)


def datasets(
    *,
    plain: bool = False,
    media: bool = True,
    kinds: Collection[str] = frozenset(KINDS),
    most: int = 4,
) -> st.SearchStrategy[ListDataset]:
    """Datasets of up to *most* items; ids of annotations are unique in the dataset.

    Args:
        plain: Only what every reasonable format can spell.
        media: Whether each item has a picture with its bytes.
        kinds: Of annotations.
        most: How many items.
    """
    return _datasets(plain, media, frozenset(kinds), most)


@st.composite
def _datasets(
    draw: st.DrawFn, plain: bool, media: bool, kinds: frozenset[str], most: int
) -> ListDataset:
    known = draw(categories(plain=plain))
    one = items(known, plain=plain, media=media, kinds=kinds)
    drawn = draw(st.lists(one, max_size=most, unique_by=lambda item: item.key))
    count = itertools.count(1)
    numbered = [
        replace(item, annotations=tuple(replace(part, id=next(count)) for part in item.annotations))
        for item in drawn
    ]
    return ListDataset(numbered, known)
