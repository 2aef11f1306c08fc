"""Run by Datumaro's interpreter: what its command line has no command for.

``read DIR`` reads a dataset; ``equal DIR OTHER`` says whether two are equal, item by item, because
its own ``compare`` ends in an error on the data of the benchmarks.
"""

import sys

# another tool's interpreter has it, ours does not
from datumaro import Dataset  # type: ignore[import-not-found] # installed in an environment of its own


def main(command: str, *folders: str) -> int:
    """Run a command; 1 where two are not equal."""
    datasets = [Dataset.import_from(folder, "coco_instances") for folder in folders]
    for dataset in datasets:
        dataset.init_cache()
    if command == "read":
        return 0
    first, second = datasets
    same = len(first) == len(second) and all(
        (a.id, a.subset, a.annotations) == (b.id, b.subset, b.annotations)
        for a, b in zip(first, second, strict=True)
    )
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
