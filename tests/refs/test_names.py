"""Names of refs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datum.errors import RefNameError
from datum.refs.names import NAMESPACES, check_ref_name, full_name, namespace, short_name


@pytest.mark.parametrize(
    "name",
    [
        "heads/main",
        "tags/v1.0",
        "sources/coco-2017",
        "derived/train_half",
        "remotes/origin/main",
        "heads/feature/deep/er",
        "heads/größe",
        "heads/日本",
        "heads/beef",
        "heads/a@b",
        "heads/@x",
        "heads/" + "x" * 249,
    ],
)
def test_good_names(name):
    """Names of any script, with slashes inside, are given back."""
    assert check_ref_name(name) == name


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "does not begin"),
        ("main", "does not begin"),
        ("heads", "does not begin"),
        ("notes/x", "does not begin"),
        ("/heads/x", "does not begin"),
        ("heads/", "empty"),
        ("heads//x", "empty"),
        ("heads/x/", "empty"),
        ("heads/.x", "begins with"),
        ("heads/x.", "ends with"),
        ("heads/a.lock/b", "ends with"),
        ("heads/-f", "begins with"),
        ("heads/a..b", "contains .."),
        ("heads/../../etc", "begins with"),
        ("heads/a b", "contains ' '"),
        ("heads/a\u00a0b", "contains"),
        ("heads/a\u202eb", "contains"),
        ("heads/a\nb", "contains"),
        ("heads/a\0b", "contains"),
        ("heads/a\ud800", "contains"),
        ("heads/a~b", "contains ~"),
        ("heads/a^b", "contains ^"),
        ("heads/a:b", "contains :"),
        ("heads/a\\b", "contains \\"),
        ("heads/a@{b", "contains {"),
        ("heads/*", "contains *"),
        ("heads/u\u0308", "normal form"),
        ("heads/HEAD", "stands on"),
        ("heads/@", "stands on"),
        ("heads/" + "a" * 32, "object id"),
        ("tags/" + "0" * 64, "object id"),
        ("heads/sources/x", "name of a namespace"),
        ("heads/tags", "name of a namespace"),
        ("heads/" + "x" * 250, "256 bytes"),
        ("heads/" + "ü" * 125, "256 bytes"),
    ],
)
def test_bad_names(name, reason):
    """What could be mistaken for something else is refused, with the reason."""
    with pytest.raises(RefNameError) as caught:
        check_ref_name(name)
    assert reason in caught.value.reason
    assert "\n" not in str(caught.value)


@given(st.text(max_size=300))
def test_any_text_is_a_name_or_an_error(text):
    """Whatever the text, the answer is the text itself or a RefNameError."""
    try:
        assert full_name("heads", text) == f"heads/{text}"
    except RefNameError:
        return
    assert text.isprintable()
    assert not set(text) & set(" ~^:\\{}")


def test_parts():
    """A full name is a namespace and a bare name."""
    assert namespace("remotes/origin/main") == "remotes"
    assert short_name("remotes/origin/main") == "origin/main"
    assert NAMESPACES[0] == "heads"
