from datum.html import table


def test_everything_shows_itself_in_a_notebook(committed, coco):
    """Project, dataset, item and diff have a table each, without scripts."""
    coco.move_box(0, 3)
    committed.commit("move")
    item = committed.dataset()["train", "0"]
    shown = [one._repr_html_() for one in (committed, committed.dataset(), item, committed.diff())]
    assert all(text.startswith("<table>") for text in shown)
    assert "moved 3 px" in shown[3]


def test_names_are_escaped():
    """A label cannot bring markup into a notebook."""
    assert "<script>" not in table("<script>", ("<b>",), [("<i>",)])
