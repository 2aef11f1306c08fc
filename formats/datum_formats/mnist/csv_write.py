"""Writing MNIST as CSV."""

from datum.plugins import Writing
from datum_formats._common.csvfile import csv_bytes
from datum_formats._common.dataset_meta import META_NAME, encode_meta
from datum_formats._common.folder_names import folder_name
from datum_formats._common.unkept import Unkept
from datum_formats.mnist.names import SIDE, Row, collect, write_labels

__all__ = ["write_csv"]

_REASON = "MNIST has no place for it"


def write_csv(writing: Writing) -> None:
    """Write the labels and pixels of each subset.

    Raises:
        FormatError: A subset or an id cannot be written.
    """
    unkept = Unkept(losses=writing.losses, reason=_REASON, kinds={"label"})
    unkept.dataset(writing.dataset)
    subsets: dict[str, str] = {}
    for subset in writing.dataset.subsets():
        stem = folder_name(subset, "subset")
        if stem != subset:
            subsets[stem] = subset
        rows, running = collect(writing, unkept, subset, lambda _item, _pixels: True)
        writing.output.stream(f"mnist_{stem}.csv", map(_line, rows))
        if not running or any(row.pixels.shape != (SIDE, SIDE) for row in rows):
            writing.output.write(
                f"meta_{stem}.csv", csv_bytes([row.item_id, *row.pixels.shape] for row in rows)
            )
    meta = encode_meta(labels=write_labels(writing), subsets=subsets)
    if meta is not None:
        writing.output.write(META_NAME, meta)


def _line(row: Row) -> bytes:
    label = "" if row.label is None else str(row.label)
    return f"{label},{','.join(map(str, row.pixels.ravel().tolist()))}\n".encode()
