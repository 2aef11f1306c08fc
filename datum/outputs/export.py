"""Writing a dataset in a format, in one call."""

from collections.abc import Callable, Mapping
from typing import Any

from datum.errors import LossError, UsageError
from datum.losses import LossReport
from datum.model import Media
from datum.outputs.dry import DryOutput
from datum.outputs.sources import load_media
from datum.plugins import Dataset, Format, Output, Writing, parse_options

__all__ = ["write_dataset"]


def write_dataset(
    card: Format,
    dataset: Dataset,
    output: Output,
    options: Mapping[str, Any] | None = None,
    *,
    losses: LossReport | None = None,
    save_media: bool = False,
    image_ext: str = "",
    load: Callable[[Media], bytes | None] = load_media,
    strict: bool = False,
) -> LossReport:
    """Write a dataset in a format.

    Args:
        card: The format.
        dataset: What to write; iterated twice where *strict*.
        output: Where to; its own loader should be *load*.
        options: Of the format's writer, by name.
        losses: Report to count into; a new one where None.
        save_media: Whether to write media too. Formats that need it write it anyway.
        image_ext: Extension that images are to get, with or without the dot.
        load: The bytes of media; None where they are not to be had.
        strict: Whether to refuse, before anything is written, to lose something.

    Returns:
        What the format could not hold.

    Raises:
        LossError: Something would be lost, and *strict* forbids it.
        UsageError: The format cannot be written, or an option does not fit.
        FormatError: The dataset cannot be written in this format.
        MediaError: Media that is asked for is not to be had.
    """
    if card.write is None:
        raise UsageError(f"format '{card.name}' can be read, but not written")
    writing = Writing(
        dataset=dataset,
        output=output,
        losses=LossReport() if losses is None else losses,
        options=parse_options(card.write_options, options or {}, card.name),
        save_media=save_media or card.needs_media,
        image_ext=f".{image_ext.lstrip('.')}" if image_ext else "",
        load=load,
    )
    if strict:
        _refuse_losses(card, card.write, writing)
    card.write(writing)
    return writing.losses


def _refuse_losses(card: Format, write: Callable[[Writing], None], writing: Writing) -> None:
    """Write into nothing, and raise if something would be lost."""
    report = LossReport()
    write(
        Writing(
            dataset=writing.dataset,
            output=DryOutput(load=writing.load),
            losses=report,
            options=writing.options,
            save_media=writing.save_media,
            image_ext=writing.image_ext,
            load=writing.load,
        )
    )
    # every stored annotation has an id, most of them from datum itself, and few formats have a place
    # for one: ids are reported, but nobody means them by "nothing may be lost"
    refused = [
        line for row, line in zip(report.rows(), report.lines(), strict=True) if row[0] != "id"
    ]
    if refused:
        raise LossError(card.name, refused)
