"""``python -m datum`` is the command ``datum``."""

from datum.cli.entry import main

if __name__ == "__main__":
    main()
