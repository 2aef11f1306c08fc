"""dedupe: of items that show the same picture one stays.

``--method exact`` goes by the bytes of the main media. ``--method near`` goes by perceptual hashes:
pictures whose hashes differ in at most ``--threshold`` of 64 bits are the same, directly or over others
between them; 0 finds copies that were scaled or compressed, 4 to 8 also small edits, more than 10 joins
what is not alike. Items of all subsets are compared with one another, so that what is in test is not in
train either. Items without a picture stay.

``--keep`` says which stays: the ``first`` in the order of subset and id, the ``largest`` picture by
pixels, the one with the ``most_annotations``; of equal ones the first. The others go, or are moved to
``--duplicated-subset``. Annotations are not united. ``--report F.csv`` writes every group: its number,
subset, id, whether the item was kept, and in how many bits its hash differs from that of the kept one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

from datum.errors import UsageError
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext
from datum.transforms.alike import components, near_pairs
from datum.transforms.chance import Key
from datum.transforms.pictures import fingerprints, media_digest
from datum.transforms.reports import table

__all__ = ["DEDUPE"]


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Find the groups, and decide who stays."""
    options = context.options
    report, target = options["report"], options["duplicated_subset"]
    if report and not report.endswith(".csv"):
        raise UsageError(f"--report {report} does not end in .csv")
    groups, prints = _groups(dataset, context)
    rank = _rank(dataset, options["keep"], {key for group in groups for key in group})
    kept = [min(group, key=lambda key: (-rank(key), key)) for group in groups]
    gone: dict[Key, Key | None] = {}
    for stays, group in zip(kept, groups, strict=True):
        for key in group:
            if key != stays:
                gone[key] = (target, key[1]) if target else None
    if not target:
        for key in gone:
            reason = "it shows the picture of another one, which stays"
            context.losses.add("item", reason, where="/".join(key))
    header = ("group", "subset", "id", "kept", "bits")
    files = {report: table(header, _rows(groups, kept, prints))} if report else {}
    return Plan(keys=lambda key: gone.get(key, key), files=files)


def _groups(dataset: Dataset, context: TransformContext) -> tuple[list[list[Key]], dict[Key, int]]:
    """Keys that show one picture, and the hashes where they decide."""
    if context.options["method"] == "near":
        prints = fingerprints(dataset, context)
        keys = list(prints)
        pairs = near_pairs(list(prints.values()), context.options["threshold"])
        return components((keys[a], keys[b]) for a, b in pairs), prints
    by_digest: dict[str, list[Key]] = {}
    for item in dataset.bare_items():
        digest = media_digest(item)
        if digest is not None:
            by_digest.setdefault(digest, []).append(item.key)
    return [sorted(keys) for keys in by_digest.values() if len(keys) > 1], {}


def _rank(dataset: Dataset, keep: str, among: set[Key]) -> Callable[[Key], int]:
    """The larger, the more an item is to stay."""
    if keep == "largest":
        sizes = {
            item.key: item.size or (0, 0) for item in dataset.bare_items() if item.key in among
        }
        return lambda key: sizes[key][0] * sizes[key][1]
    if keep == "most_annotations":
        counts = {key: len(said) for key, said in dataset.statements() if key in among}
        return counts.__getitem__
    return lambda _: 0


def _rows(
    groups: list[list[Key]], kept: list[Key], prints: Mapping[Key, int]
) -> Iterator[Sequence[object]]:
    for number, (stays, group) in enumerate(zip(kept, groups, strict=True), start=1):
        for key in group:
            bits = (prints.get(key, 0) ^ prints.get(stays, 0)).bit_count()
            yield (number, *key, "yes" if key == stays else "no", bits)


DEDUPE = Transform(
    name="dedupe",
    title="Keep one of items that show the same picture",
    help=__doc__
    + "\nExample: datum transform -t dedupe -- --method near --threshold 4 --report groups.csv",
    options=(
        Option(
            name="method", short=("-m",), default="exact", choices=("exact", "near"), help="how"
        ),
        Option(name="threshold", type=int, default=4, help="most bits that differ; near"),
        Option(
            name="keep",
            default="first",
            choices=("first", "largest", "most_annotations"),
            help="which one stays",
        ),
        Option(name="duplicated_subset", short=("-d",), help="move the others there"),
        Option(name="report", short=("-r",), help="a table of all groups, F.csv"),
    ),
    plan=plan,
)
