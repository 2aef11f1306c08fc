"""Options of plugins: values of several words, and what is refused."""

import pytest

from datum.cli.extras import option_lines, parse_extras
from datum.errors import UsageError
from datum.options import Option, parse_options

OPTIONS = (
    Option(name="grid_size", type=int, words=("ROWS", "COLS"), required=True, help="the grid"),
    Option(name="overlap", type=float, words=("HEIGHT", "WIDTH"), default=(0.1, 0.2), help="more"),
    Option(name="at", type=int, words=("X", "Y"), many=True, default=(), help="places"),
    Option(name="fast", type=bool, default=False, short=("-f",), help="fast"),
)


def typed(*words):
    return parse_options(OPTIONS, parse_extras(OPTIONS, words, "tile"), "tile")


def test_a_value_of_several_words():
    """It is a tuple of the option's type, as words or after an equals sign; negative ones too."""
    found = typed("--grid-size", "2", "3", "-f", "--overlap=0.5,0.25")
    assert found == {"grid_size": (2, 3), "overlap": (0.5, 0.25), "at": (), "fast": True}
    assert typed("--grid_size", "-2", "3")["grid_size"] == (-2, 3)
    assert typed("--grid-size", "2", "3")["overlap"] == (0.1, 0.2)


def test_several_values_of_several_words():
    """They are a tuple of tuples."""
    assert typed("--grid-size=2 3", "--at", "1", "2", "--at", "3", "4")["at"] == ((1, 2), (3, 4))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--grid-size", "2"), "--grid-size of tile needs 2 values: --grid-size ROWS COLS"),
        (("--grid-size", "2", "--fast"), "--grid-size of tile needs 2 values"),
        (("--grid-size=2",), "--grid-size of tile takes 2 values, ROWS COLS, not '2'"),
        (("--grid-size=2,3,4",), "takes 2 values, ROWS COLS, not '2,3,4'"),
        (("--grid-size", "2", "3", "4"), "'4' is no option of tile"),
        (("--grid-size", "2", "x"), "--grid-size of tile: 'x' is no int"),
        (("--grid-size", "2", "1.5"), "'1.5' is no int"),
        ((), "tile needs --grid-size"),
    ],
)
def test_words_that_do_not_fit(words, message):
    """The error says what the option takes."""
    with pytest.raises(UsageError, match=message):
        typed(*words)


@pytest.mark.parametrize("value", [2, (2,), (2, 3.5), (2, None), {2: 3}, [2, 3, 4]])
def test_values_from_python_that_do_not_fit(value):
    """They are refused, not cut to size."""
    with pytest.raises(UsageError, match="--grid-size of tile"):
        parse_options(OPTIONS, {"grid_size": value}, "tile")


def test_the_help_names_the_words():
    """And shows the default as it is typed."""
    text = " ".join(" ".join(option_lines(OPTIONS)).split())
    assert "--grid-size ROWS COLS the grid; required" in text
    assert "--overlap HEIGHT WIDTH more; default 0.1 0.2" in text
