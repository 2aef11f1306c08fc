"""Run by Oxen's interpreter in a folder: ``init`` makes a repository, ``commit`` takes all in."""

import sys

# another tool's interpreter has it, ours does not
import oxen  # type: ignore[import-not-found] # installed in an environment of its own
from oxen.user import config_user  # type: ignore[import-not-found] # installed in an environment of its own


def main(command: str) -> None:
    """Run a command in the working directory."""
    repository = oxen.Repo(".")
    if command == "init":
        config_user("bench", "bench@example.org")
        repository.init()
    else:
        repository.add(".")
        repository.commit("all")


if __name__ == "__main__":
    main(*sys.argv[1:])
