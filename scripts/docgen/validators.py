"""The page of the validators, from their cards."""

import inspect

from datum.validators import find_validator, validator_names
from docgen.formats import option_section
from docgen.text import page, table

__all__ = ["validator_page"]


def validator_page() -> dict[str, str]:
    """One page for all of them."""
    lines = [
        "# Validation",
        "",
        "`datum validate -t TASK` finds what looks wrong in a dataset, and ends with 1 where there are",
        "errors. The report is JSON: what was counted, every anomaly with its values and thresholds as",
        "fields, and a summary. `--html` writes a page to look through, too. `--only`, `--ignore`,",
        "`--min-severity` and `--severity ANOMALY=SEVERITY` choose what is reported, and how severe it is.",
        "One of your own: [writing a validator](writing-a-validator.md).",
        "",
        "Attributes that formats bring by themselves, such as COCO's `is_crowd` and VOC's `difficult`, are",
        "never undefined.",
        "",
    ]
    for name in validator_names():
        card = find_validator(name)
        rows = [(f"`{one.name}`", one.severity, one.about) for one in card.anomalies]
        lines += [f"## {card.name}", "", f"{card.title}.", ""]
        lines += ["```text", *inspect.cleandoc(card.help).splitlines(), "```", ""]
        lines += [*table(["anomaly", "severity", "what it says"], rows), ""]
        lines += option_section("Options", card.options, level="###")
    return {"docs/validation.md": page(lines)}
