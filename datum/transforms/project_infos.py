"""project_infos: what is known of the dataset as a whole is added to, or replaced.

Each ``--info key:value`` sets one; the first colon separates them, and values are texts. What was known
under other keys stays, unless ``--overwrite`` replaces all of it. Items and annotations stay.
"""

from collections.abc import Sequence

from datum.errors import UsageError
from datum.plugins import Dataset, Option, Plan, Transform, TransformContext

__all__ = ["PROJECT_INFOS"]


def parse_infos(texts: Sequence[str]) -> dict[str, str]:
    """Values by key.

    Raises:
        UsageError: One is malformed, or a key is there twice.
    """
    infos: dict[str, str] = {}
    for text in texts:
        key, colon, value = text.partition(":")
        if not key or not colon or key in infos:
            raise UsageError(f"'{text}' is no key and value", hint="write --info author:Ada")
        infos[key] = value
    return infos


def plan(dataset: Dataset, context: TransformContext) -> Plan:
    """Change the infos alone."""
    infos = parse_infos(context.options["infos"])
    if not infos and not context.options["overwrite"]:
        raise UsageError("project_infos needs --info key:value, or --overwrite to clear them all")
    before = {} if context.options["overwrite"] else dict(dataset.infos)
    return Plan(keys=lambda key: key, infos={**before, **infos})


PROJECT_INFOS = Transform(
    name="project_infos",
    title="Say what is known of the dataset as a whole",
    help=__doc__ + "\nExample: datum transform -t project_infos -- -i author:Ada -i year:2026",
    options=(
        Option(
            name="infos", short=("-i", "--info"), many=True, default=(), help="one, as key:value"
        ),
        Option(name="overwrite", short=("-o",), type=bool, default=False, help="forget all others"),
    ),
    plan=plan,
)
