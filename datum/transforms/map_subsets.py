"""map_subsets: subsets get other names; several may be joined under one.

Each ``--subset from:to`` moves the items of a subset; ``from:`` moves them to ``default``. A subset that
no rule names stays. All rules are applied at once, so ``a:b`` with ``b:a`` exchanges two subsets. Two
items of one id that would come together are an error.
"""

from collections.abc import Sequence

from datum.errors import UnknownNameError, UsageError
from datum.model import DEFAULT_SUBSET
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext

__all__ = ["MAP_SUBSETS"]


def parse_rules(texts: Sequence[str]) -> dict[str, str]:
    """New names by old ones; the last colon separates them.

    Raises:
        UsageError: A rule is malformed, a subset has two, or there is none.
    """
    rules: dict[str, str] = {}
    for text in texts:
        old, _, new = text.rpartition(":")
        if not old or old in rules:
            raise UsageError(f"'{text}' is no rule for a subset", hint="write --subset valid:val")
        rules[old] = new or DEFAULT_SUBSET
    if not rules:
        raise UsageError("map_subsets needs --subset from:to")
    return rules


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Move the subsets that are named."""
    rules = parse_rules(context.options["subset"])
    known = dataset.subsets()
    for name in rules:
        if name not in known:
            raise UnknownNameError("subset", name, known, hint="`datum info` shows the subsets")
    return Plan(keys=lambda key: (rules.get(key[0], key[0]), key[1]))


MAP_SUBSETS = Transform(
    name="map_subsets",
    title="Rename and join subsets",
    help=__doc__ + "\nExample: datum transform -t map_subsets -- -s valid:val -s extra:train",
    options=(
        Option(name="subset", short=("-s",), many=True, default=(), help="a rule, as from:to"),
    ),
    plan=plan,
)
