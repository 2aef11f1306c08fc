"""docs/filtering.md names every field, and no other; what it says is fast is asked of arrays."""

import re
import shlex
from pathlib import Path

import pytest
from msgspec.structs import replace

from datum.filtering.document import item_xml
from datum.filtering.filters import compile_filter
from datum.filtering.sql_fields import FIELDS
from datum.filtering.xpath import compile_notes, compile_truth
from datum.filtering.xpath_text import parse_xpath
from datum.testing.samples import all_kinds_dataset

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "filtering.md").read_text(encoding="utf-8")


def rows(heading):
    """The rows of the first table behind a line that begins so."""
    lines = PAGE[PAGE.index(heading) :].splitlines()[2:]
    found = []
    for line in lines:
        if not line.startswith("|"):
            return found
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def test_every_field_of_conditions_is_on_the_page():
    """With what it is of, its type, and its meaning, word for word."""
    assert rows("| field | of | type |") == [
        [f"`{name}`", "item" if one.of_items else "annotation", one.type, one.meaning]
        for name, one in FIELDS.items()
    ]


def test_every_element_of_documents_is_on_the_page():
    """Those that the documents of all kinds of annotations have, and no other."""
    dataset = all_kinds_dataset()
    paths = set()
    for item in dataset:
        full = replace(
            item,
            attributes={"label": 1},
            annotations=tuple(
                replace(one, score=0.5, attributes={"label": 1}) for one in item.annotations
            ),
        )
        root = item_xml(full, dataset.categories)
        tree = root.getroottree()
        paths |= {re.sub(r"\[\d+\]", "", tree.getpath(one))[1:] for one in root.iterdescendants()}
    assert {row[0].strip("`") for row in rows("| element | what it is |")} == paths


ELEMENTS = [row[0].strip("`") for row in rows("| element | what it is |")]


@pytest.mark.parametrize("path", [path for path in ELEMENTS if "/point" not in path])
def test_elements_are_asked_of_arrays(path):
    """All but points; nothing is raised that would call for lxml."""
    if path.endswith("attribute/name"):
        path = path.removesuffix("/name")
    condition = "/" + re.sub(r"attribute(?=/|$)", 'attribute[name="x"]', path)
    compile_truth(parse_xpath(condition), of_items=True)
    inner = condition.removeprefix("/item/annotation").removeprefix("/")
    if condition != f"/{inner}" and inner:
        compile_notes(parse_xpath(f"/item/annotation[{inner}]"))


def test_examples_are_asked_of_arrays():
    """Every command on the page can be read."""
    for line in re.findall(r"^\$ datum filter (.*)$", PAGE, re.MULTILINE):
        words = shlex.split(line)
        sql = "--sql" in words
        expression = words[words.index("--sql" if sql else "-e") + 1]
        compile_filter(expression, "items", "sql" if sql else "xpath")
        if not sql:
            compile_truth(parse_xpath(expression), of_items=True)
