"""The trees of a store, read and checked by docs/on-disk-format/objects-and-trees.md alone.

It imports nothing of datum. ``store`` is a ``Store`` of ``independent_reader.py``.
"""

import hashlib

import msgpack
import xxhash


def tree(store, root):
    """The entries of a tree, with every rule of its nodes checked; also where they end."""
    if root is None:
        return []
    levels = {}
    entries = _below(store, root, None, levels)
    keys = [key for key, _ in entries]
    assert keys == sorted(set(keys))
    expected = _cut(store.rule, [(key, len(value)) for key, value in entries], 0)
    assert levels[0] == expected
    for level in range(1, max(levels) + 1):
        last = [(keys[-1], store.width) for keys in levels[level - 1]]
        assert levels[level] == _cut(store.rule, last, level)
    assert len(levels[max(levels)]) == 1
    assert max(levels) == 0 or len(levels[max(levels)][0]) > 1
    return entries


def _below(store, oid, level, levels):
    kind, body = store.objects[oid]
    node = msgpack.unpackb(body)
    assert kind == 4
    assert len(node) == (9 if node[2] == 0 else 10)
    assert level in (None, node[2])
    _, _, level, width, count, prefix, lengths, suffixes, values, *counts = node
    if isinstance(lengths, list):
        assert len(lengths) == count
        assert len(set(lengths)) > 1
    else:
        lengths = [lengths] * count
    assert sum(lengths) == len(suffixes)
    keys, at = [], 0
    for length in lengths:
        keys.append(prefix + suffixes[at : at + length])
        at += length
    assert count == len(keys) >= 1
    assert prefix == common(keys)
    size = store.width if level else width
    assert len(values) == count * size
    parts = [values[n * size : (n + 1) * size] for n in range(count)]
    levels.setdefault(level, []).append(keys)
    if level == 0:
        return list(zip(keys, parts, strict=True))
    found = []
    for key, child, below in zip(keys, parts, counts[0], strict=True):
        part = _below(store, child, level - 1, levels)
        assert (part[-1][0], len(part)) == (key, below)
        found += part
    return found


def _cut(rule, entries, level):
    """Keys of the nodes that entries (key, bytes of the value) are cut into."""
    seed = int.from_bytes(hashlib.sha512(str(level).encode()).digest()[:8], "little")
    smallest, largest = rule["minimum"], rule["maximum"]
    power, scale = rule["shape"], rule["scale"]
    nodes, keys, size = [], [], 0
    for key, length in entries:
        this = len(key) + length
        size += this
        keys.append(key)
        u = (xxhash.xxh3_64_intdigest(key, seed) % 2**32) / 2**32
        x = (size**power - (size - this) ** power) / scale**power
        full = size > largest - largest // 4
        if len(keys) >= 2 and size >= smallest and (full or u < chance(x)):
            nodes.append(keys)
            keys, size = [], 0
    return [*nodes, keys] if keys else nodes


def chance(x):
    """P of the page, operation by operation."""
    if x >= 64:
        return 1.0
    halvings = 0
    while x > 1 / 16:
        x, halvings = x * 0.5, halvings + 1
    p = 1.0
    for t in (8, 7, 6, 5, 4, 3, 2):
        p = 1 - (x / t) * p
    p = p * x
    for _ in range(halvings):
        p = p * (2 - p)
    return p


def common(keys):
    """The longest common prefix of ascending keys; the whole key where there is one."""
    first, last = keys[0], keys[-1]
    return first[: max(n for n in range(len(first) + 1) if last[:n] == first[:n])]
