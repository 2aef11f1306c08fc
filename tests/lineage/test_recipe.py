import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datum.errors import CorruptObjectError, ObjectNotFoundError, UsageError
from datum.lineage.recipe import External, Recipe, read_recipe, write_recipe
from datum.model.equality import same
from datum.objects.codec import decode, encode
from datum.objects.ids import ObjectId
from datum.objects.kinds import Kind
from datum.objects.memory import MemoryStore
from datum.testing.strategies import any_text, attributes

OIDS = st.binary(min_size=16, max_size=16).map(ObjectId)
INTS = st.integers(-(2**63), 2**63 - 1)
RECIPES = st.builds(
    Recipe,
    operation=any_text(),
    version=INTS,
    parameters=attributes(),
    inputs=st.lists(st.tuples(any_text(), OIDS), max_size=2).map(tuple),
    externals=st.lists(
        st.builds(External, any_text(), st.none() | INTS, any_text()), max_size=2
    ).map(tuple),
    software=st.dictionaries(any_text(), any_text(), max_size=2),
    seed=st.none() | INTS,
    determinism=st.sampled_from(["bitwise", "seeded", "tolerance", "external"]),
)
FULL = Recipe(
    operation="filter",
    parameters={"a": [1, None, 0.5]},
    inputs=(("dataset", ObjectId(b"o" * 16)),),
    externals=(External("u", 1, "d"),),
    software={"datum": "1"},
    seed=3,
)


@settings(max_examples=60)
@given(RECIPES)
def test_recipes_come_back(recipe):
    """A recipe that was written reads the same, and equal ones have one id."""
    writer = MemoryStore().writer()
    oid = write_recipe(writer, recipe)
    assert same(read_recipe(writer, oid), recipe)
    assert write_recipe(writer, recipe) == oid
    assert writer.kind(oid) is Kind.RECIPE


def test_what_cannot_be_stored_is_refused():
    """A parameter that JSON does not have is an error of the caller."""
    with pytest.raises(UsageError):
        write_recipe(MemoryStore().writer(), Recipe(operation="x", parameters={"a": object()}))


DAMAGES = [
    ((0,), 2),
    ((1,), 2),
    ((1,), True),
    ((2,), None),
    ((3,), 1.0),
    ((4,), []),
    ((5,), {}),
    ((5, 0), ["dataset"]),
    ((5, 0), ["dataset", b"o", 1]),
    ((5, 0, 1), "o"),
    ((6, 0), ["u"]),
    ((6, 0, 1), "1"),
    ((6, 0), 7),
    ((7,), {"datum": 1}),
    ((8,), "3"),
    ((8,), False),
    ((9,), "chance"),
    ((9,), None),
]


@pytest.mark.parametrize(("place", "to"), DAMAGES)
def test_each_damage_is_told(place, to):
    """A field of another type, or a row of another length, is a corrupt object, named by its id."""
    writer = MemoryStore().writer()
    fields = decode(writer.get(write_recipe(writer, FULL)))
    part = fields
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = to
    oid = writer.put(Kind.RECIPE, encode(fields))
    with pytest.raises(CorruptObjectError) as caught:
        read_recipe(writer, oid)
    assert caught.value.oid == oid.hex()


@pytest.mark.parametrize("cut", [1, 10, 30])
def test_other_bytes_are_told(cut):
    """Truncated and extended recipes, and what is none, are corrupt; an absent one is not there."""
    writer = MemoryStore().writer()
    data = writer.get(write_recipe(writer, FULL))
    for other in (data[:-cut], data + b"\xc0" * cut, b"\xc1" * cut, encode([]), encode({})):
        with pytest.raises(CorruptObjectError):
            read_recipe(writer, writer.put(Kind.RECIPE, other))
    with pytest.raises(ObjectNotFoundError):
        read_recipe(writer, ObjectId(b"x" * 16))
