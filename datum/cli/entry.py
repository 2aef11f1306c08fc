"""Where the command ``datum`` begins: nothing is imported before Ctrl-C is harmless."""

import gc
import signal

__all__ = ["main"]


def main() -> None:
    """Run the command line; while it is being loaded, an interrupt just ends the process."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from datum.cli.main import main as run

    # Annotations by the million are no garbage: looking at them again and again takes a tenth of the
    # time. What is loaded by now stays, and the collector comes when much more has been made.
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    run()
