r"""stable_split: each item has its place in one of several subsets, whatever else is in the dataset.

The place is a hash of something of the item itself, so adding and removing items moves no other one
between train, val and test. ``--by`` says what is hashed:

- ``id``: the id alone, not the subset that the item is in, so that splitting again changes nothing.
- ``media``: the bytes of the picture. Copies of a file under several names come into one subset.
- ``group``: what ``--pattern`` finds in the id, its first group or else all of it; where nothing is
  said, the folder that the id is in. The frames of one video come into one subset.
- ``attribute:NAME``: the item's attribute, such as the patient, the camera or the day.

An item that has no such thing (no bytes, no match, no attribute) goes by its id, which is counted.
Sizes come near their shares as the dataset grows, by chance: one group is never cut to make them fit.

``--near BITS`` also keeps pictures together that look alike: their perceptual hashes differ in at most
so many of 64 bits, directly or over others between them. They share the place of one of them, which is
drawn. A new picture that looks like others can move these, and no others; ``--keep`` prevents it: items that are in one of the subsets stay, and what belongs together with them follows: most of them,
where they lie in several subsets, which is counted.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping

from datum.errors import UsageError
from datum.model import Item
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext
from datum.transforms.alike import components, near_pairs
from datum.transforms.chance import SEED, Key, draw, seed_of
from datum.transforms.pictures import fingerprints, media_digest
from datum.transforms.shares import parse_shares

__all__ = ["STABLE_SPLIT"]

_FOLDER = r"^(.*)/"


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Decide the subset of every item."""
    options = context.options
    shares = parse_shares(options["subset"])
    seed = seed_of(context)
    units = _units(dataset, context)
    joined = _joined(dataset, context, units, seed) if options["near"] >= 0 else {}
    members: dict[str, list[Key]] = defaultdict(list)
    for key, unit in units.items():
        members[joined.get(unit, unit)].append(key)
    chosen: dict[Key, Key] = {}
    for unit, keys in members.items():
        kept = {key[0] for key in keys if options["keep"] and key[0] in shares}
        subset = _most(keys, shares) if kept else place(unit, shares, seed)
        if len(kept) > 1:
            reason = "what belongs together lies in several subsets, and stays there"
            context.losses.add("group", reason, where="/".join(keys[0]))
        for key in keys:
            chosen[key] = (key[0] if key[0] in kept else subset, key[1])
    return Plan(keys=chosen.get)


def place(unit: str, shares: Mapping[str, float], seed: int) -> str:
    """The subset in whose part of the numbers from 0 to 1 the hash of a text lies."""
    number, total = draw(seed, unit) / 2**64, 0.0
    for name, share in shares.items():
        total += share
        if number < total:
            return name
    return [name for name, share in shares.items() if share][-1]


def _most(keys: list[Key], shares: Mapping[str, float]) -> str:
    """The subset that most of the keys are in; of several, the one that is named first."""
    counts = Counter(key[0] for key in keys)
    return max(shares, key=lambda name: counts[name])


def _units(dataset: Dataset, context: TransformContext) -> dict[Key, str]:
    """What is hashed of each item."""
    by, find = context.options["by"], _finder(context)
    if by in ("id", "group"):
        found = {key: find(Item(subset=key[0], id=key[1])) for key in dataset.item_keys()}
    else:
        found = {item.key: find(item) for item in dataset.bare_items()}
    missing = [key for key, unit in found.items() if unit is None]
    if missing:
        context.losses.add(
            "item",
            f"it has no {by}, and goes by its id",
            where="/".join(missing[0]),
            count=len(missing),
        )
    return {key: key[1] if unit is None else unit for key, unit in found.items()}


def _finder(context: TransformContext) -> Callable[[Item], str | None]:
    """A function that gives what ``--by`` says of an item."""
    by: str = context.options["by"]
    kind, _, name = by.partition(":")
    if by == "id":
        return lambda item: item.id
    if by == "media":
        return media_digest
    if by == "group":
        pattern = _compiled(context.options["pattern"])
        return lambda item: _found(pattern, item.id)
    if kind == "attribute" and name:
        return lambda item: _text(item.attributes.get(name))
    raise UsageError(
        f"'{by}' is nothing to split by", hint="write --by id, media, group or attribute:NAME"
    )


def _compiled(pattern: str) -> re.Pattern[str]:
    try:
        return re.compile(pattern)
    except re.error as error:
        raise UsageError(f"--pattern '{pattern}': {error}") from error


def _found(pattern: re.Pattern[str], item_id: str) -> str | None:
    match = pattern.search(item_id)
    return None if match is None else match[1 if pattern.groups else 0]


def _text(value: object) -> str | None:
    """An attribute's value as a text; 1 and "1" are two."""
    return None if value is None else json.dumps(value, sort_keys=True, ensure_ascii=False)


def _joined(
    dataset: Dataset, context: TransformContext, units: Mapping[Key, str], seed: int
) -> dict[str, str]:
    """For each unit that is joined with others by pictures that look alike, the one of them all."""
    prints = fingerprints(dataset, context)
    keys = list(prints)
    pairs = near_pairs(list(prints.values()), context.options["near"])
    joined: dict[str, str] = {}
    for group in components((units[keys[a]], units[keys[b]]) for a, b in pairs):
        # another draw than that of the place: the smallest of several places is not like any place
        first = min(group, key=lambda unit: (draw(seed, "first", unit), unit))
        joined |= dict.fromkeys(group, first)
    return joined


STABLE_SPLIT = Transform(
    name="stable_split",
    title="Split so that items never move when others are added",
    help=__doc__
    + "\nExample: datum transform -t stable_split -- -s train:.8 -s val:.1 -s test:.1 --by group"
    + r" --pattern '^(video_\d+)_'",
    options=(
        Option(
            name="subset",
            short=("-s",),
            many=True,
            default=("train:.8", "val:.1", "test:.1"),
            help="a subset and its share, as name:ratio; the ratios sum to 1",
        ),
        Option(name="by", default="id", help="id, media, group or attribute:NAME"),
        Option(
            name="pattern",
            default=_FOLDER,
            help="what of the id is its group, a regular expression",
        ),
        Option(
            name="near",
            type=int,
            default=-1,
            help="keep pictures together whose hashes differ in so many of 64 bits; -1 for not",
        ),
        Option(
            name="keep", type=bool, default=False, help="items that are in one of the subsets stay"
        ),
        SEED,
    ),
    plan=plan,
)
