"""The graph of a history in text."""

from hypothesis import given
from hypothesis import strategies as st

from datum.cli.graph import Graph


def draw(*history):
    """The lines for commits given as name, parents."""
    graph = Graph()
    return [line for name, parents in history for line in graph.draw(name, parents, [name])]


def test_a_straight_history():
    """One commit below the other needs no edges."""
    assert draw(("b", "a"), ("a", "")) == ["*  b", "*  a"]


def test_a_merge():
    """The second parent has a column of its own, until both lines meet."""
    found = draw(("m", "ab"), ("b", "r"), ("a", "r"), ("r", ""))
    assert found == ["*  m", "|\\", "| *  b", "* |  a", "|/", "*  r"]


def test_a_merge_of_three():
    """Edges go one column at a time."""
    found = draw(("m", "abc"), ("c", ""), ("b", ""), ("a", ""))
    assert found == ["*  m", "|\\", "| |\\", "| | *  c", "| *  b", "*  a"]


def test_a_line_that_ends():
    """Columns to the right of a first commit move to its place."""
    found = draw(("m", "ab"), ("a", ""), ("b", ""))
    assert found == ["*  m", "|\\", "* |  a", " /", "*  b"]


def test_a_parent_that_waits_already():
    """An edge goes into the column where its commit is awaited."""
    found = draw(("h", "gs"), ("s", "t"), ("g", "ft"), ("t", ""), ("f", ""))
    assert found == ["*  h", "|\\", "| *  s", "* |  g", "|\\|", "| *  t", "*  f"]


def test_more_lines_of_text():
    """Text of several lines stands beside the edges."""
    graph = Graph()
    assert list(graph.draw("m", "ab", ["m", "x", "y"])) == ["*  m", "|\\  x", "| |  y"]


@given(st.data())
def test_every_commit_has_one_star(data):
    """Whatever the history, each commit is drawn once, in a column, with its name beside it."""
    count = data.draw(st.integers(1, 12))
    graph = Graph()
    for one in range(count):
        later = list(range(one + 1, count))
        parents = (
            data.draw(st.lists(st.sampled_from(later), unique=True, max_size=3)) if later else []
        )
        lines = list(graph.draw(one, parents, [f"c{one}"]))
        assert lines[0].split("  ")[-1] == f"c{one}"
        assert sum(line.count("*") for line in lines) == 1
