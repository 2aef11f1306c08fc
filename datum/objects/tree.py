"""Trees of keys and values, a function of their content alone: any order of edits, one root.

A tree is named by the id of its root node; the empty tree is None. Keys are compared as bytes.
"""

from datum.objects.treebuild import build
from datum.objects.treediff import Difference, diff
from datum.objects.treeedit import Change, edit
from datum.objects.treeread import count, get, iterate, leaf_ids, leaves, node_ids, nth

__all__ = [
    "Change",
    "Difference",
    "build",
    "count",
    "diff",
    "edit",
    "get",
    "iterate",
    "leaf_ids",
    "leaves",
    "node_ids",
    "nth",
]
