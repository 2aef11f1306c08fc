"""``datum completion``."""

import click

from datum.cli.options import command
from datum.cli.run import Run

__all__ = ["COMMAND"]


@command(
    "Print the shell's completion script.\n\n"
    "It completes commands, options, formats, transforms and revisions.",
    examples=(
        'eval "$(datum completion bash)"\n'
        "datum completion zsh > ~/.zfunc/_datum\n"
        "datum completion fish > ~/.config/fish/completions/datum.fish"
    ),
    project=False,
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def COMMAND(run: Run, shell: str) -> None:
    """Print a completion script."""
    from click.shell_completion import ShellComplete, get_completion_class

    found = get_completion_class(shell)
    if found is None:
        raise click.UsageError(f"no completion for {shell}")
    root = click.get_current_context().find_root().command
    # the class for bash would start a shell, to ask for its version
    script = ShellComplete.source(found(root, {}, "datum", "_DATUM_COMPLETE"))
    if run.as_json:
        run.console.json({"shell": shell, "script": script})
    else:
        run.console.out(script)
