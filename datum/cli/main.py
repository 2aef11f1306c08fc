"""The command ``datum``: finds the command, runs it, turns errors into lines and exit codes."""


def main() -> None:
    """Run the command line."""
