"""The text of HEAD."""

import pytest

from datum.errors import CorruptObjectError, RefNameError, UsageError
from datum.objects.ids import ObjectId
from datum.refs.head import Head


@pytest.mark.parametrize(
    ("head", "text"),
    [
        (Head.on("heads/main"), "ref: heads/main\n"),
        (Head.at(ObjectId(bytes(range(16)))), "000102030405060708090a0b0c0d0e0f\n"),
        (Head.at(ObjectId(b"\xff" * 32)), "ff" * 32 + "\n"),
    ],
)
def test_text_and_back(head, text):
    """HEAD is one line, with or without its newline when read."""
    assert head.format() == text
    assert Head.parse(text) == Head.parse(text[:-1]) == head


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "main",
        "ref: main",
        "ref:heads/main",
        "ref: heads/a b",
        "ref: heads/main\n\n",
        "abcd",
        "AB" * 16,
        "ab " * 16,
        "é" * 32,
    ],
)
def test_other_text(text):
    """Anything else is an error that names the file."""
    with pytest.raises(CorruptObjectError, match="HEAD: is no HEAD"):
        Head.parse(text, path=".datum/HEAD")


def test_impossible_heads():
    """HEAD is on a good name or at a commit, one of them."""
    with pytest.raises(RefNameError):
        Head.on("main")
    for head in (Head(), Head("heads/x", ObjectId(bytes(16)))):
        with pytest.raises(UsageError):
            head.format()
