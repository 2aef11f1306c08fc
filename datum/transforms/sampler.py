"""sampler: items of which a model is unsure, or sure, go to one subset, the others to another.

The uncertainty of an annotation comes from its attribute ``scores``, the list of the probabilities of all
classes; where there is none, from its score p, taken as the probabilities p and 1 - p. ``--algorithm``:

- ``entropy``: -sum(p * log p), natural logarithm.
- ``least_confidence`` (``leastconf``): 1 minus the largest p.
- ``margin``: 1 minus the difference of the two largest p; 0 where there is one alone.

An item's uncertainty is the mean over its annotations that have such numbers. An item that has none is
ranked as the surest, which is counted; where no item has any, that is an error. Equal ones are in the
order of subset and id. ``--count`` items, or all where there are fewer, are chosen by ``--method``:

- ``topk``: the most uncertain ones; ``lowk``: the least uncertain ones.
- ``randk``: at random. ``mixk``: half of the most uncertain, rounded up, and the rest of the least.
- ``randtopk``: three times as many at random, and of these the most uncertain.

Chosen items go to ``--sampled-subset``, the others of ``--input-subset`` to ``--unsampled-subset``; other
subsets stay. Without ``--input-subset`` all items are chosen from. ``--output-file F.csv`` writes what
was chosen, the most uncertain first. Draws depend on key and seed alone.
"""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence

from datum.errors import UnknownNameError, UsageError
from datum.model import Annotation, Item
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext
from datum.transforms.chance import SEED, Key, seed_of, shuffled
from datum.transforms.reports import table

__all__ = ["SAMPLER"]


def _entropy(chances: Sequence[float]) -> float:
    return -sum(p * math.log(p) for p in chances if p > 0) + 0.0


def _least_confidence(chances: Sequence[float]) -> float:
    return 1 - max(chances)


def _margin(chances: Sequence[float]) -> float:
    if len(chances) == 1:
        return 0.0
    first, second = sorted(chances, reverse=True)[:2]
    return 1 - (first - second)


_ALGORITHMS: Mapping[str, Callable[[Sequence[float]], float]] = {
    "entropy": _entropy,
    "least_confidence": _least_confidence,
    "leastconf": _least_confidence,
    "margin": _margin,
}
_METHODS = ("topk", "lowk", "randk", "mixk", "randtopk")
_POOL = 3
"""Of randtopk: how many times as many are drawn."""


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Choose items, and move them."""
    options = context.options
    count, path = options["count"], options["output_file"]
    if count <= 0:
        raise UsageError(f"--count {count} of sampler is not above 0")
    if path and not path.endswith(".csv"):
        raise UsageError(f"--output-file {path} does not end in .csv")
    ranked = list(_ranked(dataset, context))
    chosen = set(_choose([key for _, key in ranked], count, options["method"], seed_of(context)))
    names = {True: options["sampled_subset"], False: options["unsampled_subset"]}
    moved = {key: (names[key in chosen], key[1]) for _, key in ranked}
    rows = [(*key, repr(value)) for value, key in ranked if key in chosen]
    files = {path: table(("subset", "id", "uncertainty"), rows)} if path else {}
    return Plan(keys=lambda key: moved.get(key, key), files=files)


def _ranked(dataset: Dataset, context: TransformContext) -> Iterator[tuple[float, Key]]:
    """Uncertainty and key of every item that may be chosen, the most uncertain first."""
    subset = context.options["input_subset"]
    if subset is not None and subset not in dataset.subsets():
        raise UnknownNameError("subset", subset, dataset.subsets())
    measure = _ALGORITHMS[context.options["algorithm"]]
    items = dataset if subset is None else dataset.items(subset)
    found = {item.key: _uncertainty(item, measure) for item in items}
    blind = [key for key, value in found.items() if value is None]
    if found and len(blind) == len(found):
        raise UsageError(
            "no item has annotations with scores, by which sampler ranks",
            hint="it looks at the score of annotations, and at their attribute scores",
        )
    for key in blind:
        reason = "none of its annotations has scores; ranked as the surest"
        context.losses.add("item", reason, where="/".join(key))
    known = [(value, key) for key, value in found.items() if value is not None]
    yield from sorted(known, key=lambda row: (-row[0], row[1]))
    yield from ((0.0, key) for key in sorted(blind))


def _uncertainty(item: Item, measure: Callable[[Sequence[float]], float]) -> float | None:
    values = [measure(chances) for one in item.annotations if (chances := _chances(item, one))]
    return sum(values) / len(values) if values else None


def _chances(item: Item, one: Annotation) -> Sequence[float]:
    """The probabilities of an annotation; empty where it has none."""
    given = one.attributes.get("scores")
    if given is None:
        given = [] if one.score is None else [one.score, 1 - one.score]
    if not isinstance(given, list | tuple) or not all(_is_chance(p) for p in given):
        where = f"{item.subset}/{item.id} #{one.id}"
        raise UsageError(f"{where}: its scores are no list of numbers from 0 to 1")
    return given


def _is_chance(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= 1


def _choose(ranked: Sequence[Key], count: int, method: str, seed: int) -> Sequence[Key]:
    count = min(count, len(ranked))
    match method:
        case "topk":
            return ranked[:count]
        case "lowk":
            return ranked[len(ranked) - count :]
        case "randk":
            return shuffled(ranked, seed)[:count]
        case "mixk":
            low = count // 2
            return [*ranked[: count - low], *ranked[len(ranked) - low :]]
        case _:
            pool = set(shuffled(ranked, seed)[: _POOL * count])
            return [key for key in ranked if key in pool][:count]


SAMPLER = Transform(
    name="sampler",
    title="Choose items by how unsure a model is of them",
    help=__doc__
    + "\nExample: datum transform -t sampler -- -a entropy -i train -o sampled -u unsampled -m topk -k 20",
    options=(
        Option(name="count", short=("-k",), type=int, required=True, help="how many are chosen"),
        Option(
            name="algorithm",
            short=("-a",),
            default="entropy",
            choices=tuple(_ALGORITHMS),
            help="what uncertainty is",
        ),
        Option(name="input_subset", short=("-i",), help="choose from this subset alone"),
        Option(name="sampled_subset", short=("-o",), default="sample", help="where chosen ones go"),
        Option(name="unsampled_subset", short=("-u",), default="unsampled", help="where others go"),
        Option(name="method", short=("-m",), default="topk", choices=_METHODS, help="which"),
        Option(name="output_file", short=("-d",), help="a table of what was chosen, F.csv"),
        SEED,
    ),
    plan=plan,
)
