"""Where the command ``datum`` begins: nothing is imported before Ctrl-C is harmless."""

import signal

__all__ = ["main"]


def main() -> None:
    """Run the command line; while it is being loaded, an interrupt just ends the process."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from datum.cli.main import main as run

    run()
