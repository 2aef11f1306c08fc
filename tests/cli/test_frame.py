"""What all commands share: options, errors, colours, names of strangers."""

import sys

import pytest

from datum.cli.console import Console
from datum.cli.main import main


def test_options_stand_anywhere(project, tmp_path, monkeypatch):
    """-p and --json may come before and after arguments, -C is another spelling."""
    expected = project("log", "HEAD", "--json").out
    monkeypatch.chdir("/")
    assert project("log", "-p", tmp_path, "--json", "HEAD").out == expected
    assert project("log", "HEAD", "-p", tmp_path, "--json").out == expected
    assert project("log", "HEAD", "--json", "-C", tmp_path / "coco").out == expected


def test_projects_are_found_upward(project, tmp_path, monkeypatch):
    """Any folder in a project is in the project."""
    expected = project("log").out
    monkeypatch.chdir(tmp_path / "coco/images")
    assert project("log").out == expected


def test_no_project(datum):
    """Outside of a project one line says so, and one what to do."""
    found = datum("log", code=50)
    assert found.out == ""
    error, hint = found.err.splitlines()
    assert error.startswith("error: ")
    assert hint.startswith("hint: make one with `datum create`")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["lgo"], "did you mean log?"),
        (["detct"], "did you mean detect"),
        (["project", "comit"], "did you mean commit?"),
        (["log", "--operation"], "Did you mean"),
        (["log", "--grpah"], "--graph"),
        (["nothing"], "no command 'nothing'"),
    ],
)
def test_what_was_meant(datum, words, said):
    """A word that is nearly a command or an option is told."""
    found = datum(*words, code=None)
    if found.code == 2:
        assert said in found.err
    else:
        assert words == ["log", "--operation"]


def test_version(datum):
    """The version, and whose command this is."""
    assert datum("--version").out.startswith("datum ")
    assert "datum-vcs" in datum("--version").out


def test_quiet_leaves_notes_out(project):
    """-q prints the result and nothing else; errors are still said."""
    project("checkout", "--into", "work", "-f", "coco", "-q")
    assert project("revert", "HEAD", "-q").err == ""
    assert project("log", "none", "-q", code=41).err.startswith("error: ")


def test_json_prints_json_alone(project):
    """With --json nothing but the value is printed, notes included."""
    assert project("checkout", "--into", "w", "-f", "yolo", "--json").err == ""


def test_colour(project, monkeypatch):
    """None into a pipe or with NO_COLOR, some where it is asked for."""
    assert "\x1b" not in project("show").out
    assert "\x1b[33m" in project("show", "--color", "always").out
    assert "\x1b" not in project("show", "--color", "never").out
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys, "stdout", sys.stdout)
    assert "\x1b" not in project("show").out
    assert "\x1b[33m" in project("show", "--color", "always").out


def test_names_cannot_drive_the_terminal(capsys):
    """Control characters in names are shown as what they are not; those for colours stay."""
    console = Console(color=True)
    console.out("a\x1b]0;title\x07b\x1b[2Jc\rd\x9be", fg="red")
    console.warn("\x1b[2J")
    out, err = capsys.readouterr()
    assert out == "\x1b[31ma\ufffd]0;title\ufffdb\ufffd[2Jc\ufffdd\ufffde\x1b[0m\n"
    assert "\ufffd[2J" in err


def test_a_stream_of_json(capsys):
    """Values are printed as they come, and are one array."""
    console = Console()
    console.json_stream([])
    console.json_stream([{"a": b"\x01"}, 2])
    assert capsys.readouterr().out == '[]\n[\n{\n  "a": "01"\n},\n2\n]\n'


def test_a_fault_is_one_line(datum, monkeypatch):
    """What nobody foresaw is a line and a code; --debug shows where it comes from."""
    from datum.project.project import Project

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("oh")

    monkeypatch.setattr(Project, "open", fail)
    found = datum("log", code=70)
    assert found.err.startswith("error: a fault of datum itself: ZeroDivisionError: oh")
    with pytest.raises(ZeroDivisionError):
        main(["log", "--debug"])


@pytest.mark.parametrize(
    ("fault", "code"),
    [(OSError(28, "No space left", "x"), 69), (KeyboardInterrupt(), 130)],
)
def test_what_comes_from_outside(datum, monkeypatch, fault, code):
    """The system's refusals and Ctrl-C have codes of their own."""
    from datum.project.project import Project

    def fail(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(Project, "open", fail)
    found = datum("log", code=code)
    assert found.out == ""
    assert len(found.err.split("error: ")) == 2
