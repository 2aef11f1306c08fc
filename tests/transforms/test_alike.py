from hypothesis import given, settings
from hypothesis import strategies as st

from datum.transforms.alike import components, near_pairs

HASHES = st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 40), max_size=20)


@settings(max_examples=150)
@given(HASHES, st.integers(0, 16))
def test_groups_are_those_of_comparing_all_with_all(hashes, bits):
    """No pair that is near is missed, and none that is far is joined."""
    count = range(len(hashes))
    all_pairs = [
        (a, b)
        for a in count
        for b in count
        if a < b and (hashes[a] ^ hashes[b]).bit_count() <= bits
    ]
    found = list(near_pairs(hashes, bits))
    assert {tuple(sorted(pair)) for pair in found} <= set(all_pairs)
    assert components(found) == components(all_pairs)


def test_components():
    """Groups and their members are sorted, whatever the order of the pairs."""
    assert components([(5, 4), (1, 9), (4, 3), (3, 5), (7, 7)]) == [[1, 9], [3, 4, 5], [7]]
