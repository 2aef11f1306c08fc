"""Small HTML tables for notebooks: no scripts, no network, names escaped."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datum.dataset.dataset import Dataset

__all__ = ["dataset_html", "table"]

_SHOWN = 10


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """An HTML table; every text is escaped."""
    head = "".join(f"<th>{escape(name)}</th>" for name in header)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in row) + "</tr>" for row in rows
    )
    return (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def dataset_html(dataset: "Dataset") -> str:
    """Subsets, labels and content id of a dataset."""
    names = dataset.categories.names()
    labels = ", ".join(names[:_SHOWN]) + (
        f" and {len(names) - _SHOWN} more" if names[_SHOWN:] else ""
    )
    rows = [(subset, dataset.count(subset)) for subset in dataset.subsets()]
    caption = (
        f"dataset {dataset.oid.hex()[:12]}: {len(dataset)} items, "
        f"{dataset.annotation_count} annotations; labels: {labels or 'none'}"
    )
    return table(caption, ("subset", "items"), rows)
