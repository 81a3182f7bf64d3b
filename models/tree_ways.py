"""Trees cut into groups of leaves that have few ways to them: what bulk contributions are looked up by.

A way is the answers that a row gives at all splits above a group's leaves. The answers at a feature's splits
are told by how many of its cuts lie below the value; NaN is an answer of its own where it goes its own way.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from features.tables import FloatArray, IntArray

if TYPE_CHECKING:
    import lightgbm as lgb

WayArray = NDArray[np.uint16]
Node = Mapping[str, Any]  # of LightGBM's dump: numbers, texts and nodes

#: To a group of several leaves: what it gives to them fits the first-level cache.
_MANY_WAYS = 2**11
#: To one leaf: numbers that 16 bits hold, and one left over. A leaf of depth 8 has at most 3**8 ways.
MAX_WAYS = 2**16 - 1


class UnusualTrees(ValueError):
    """Trees that can not be cut into such groups; LightGBM itself has to explain every row."""


@dataclass(frozen=True)
class LeafGroup:
    """Neighbouring leaves of one tree.

    Attributes
    ----------
    tree : its number.
    others : the leaves of the tree that are not in the group, with their values.
    cuts : of each feature that is asked above the leaves, ascending.
    nan_apart : those of the features where NaN has an answer of its own; elsewhere it is read as 0.
    """

    tree: int
    others: tuple[tuple[int, float], ...]
    cuts: Mapping[int, tuple[float, ...]]
    nan_apart: frozenset[int]

    def n_answers(self, feature: int) -> int:
        return len(self.cuts[feature]) + 1 + (feature in self.nan_apart)

    @property
    def n_ways(self) -> int:
        return prod(map(self.n_answers, self.cuts))


def leaf_groups(booster: "lgb.Booster") -> tuple[LeafGroup, ...]:
    """All leaves that lie below a split, in the order of the trees.

    Raises
    ------
    UnusualTrees : categorical splits, zeros that are read as missing, or a leaf that is too deep.
    """
    return tuple(
        group
        for tree in booster.dump_model()["tree_info"]
        for group in _cut(tree["tree_index"], tree["tree_structure"], tree["tree_structure"], [])
    )


def _cut(tree: int, root: Node, node: Node, above: list[Node]) -> Iterator[LeafGroup]:
    """The groups below a node: one where there are few ways to its leaves, else those of its children."""
    splits = [*above, *_splits(node)]
    if not splits:
        return
    leaves = _leaves(node)
    others = tuple((number, value) for number, value in _leaves(root).items() if number not in leaves)
    group = _group(tree, others, splits)
    if group.n_ways > _MANY_WAYS and not _is_leaf(node):
        for child in _children(node):
            yield from _cut(tree, root, child, [*above, node])
    elif group.n_ways > MAX_WAYS:
        raise UnusualTrees(f"a leaf of tree {tree} has {group.n_ways} ways to it, at most {MAX_WAYS} are looked up")
    else:
        yield group


def _group(tree: int, others: tuple[tuple[int, float], ...], splits: Sequence[Node]) -> LeafGroup:
    cuts: dict[int, set[float]] = {}
    for split in splits:
        if split["decision_type"] != "<=" or split["missing_type"] == "Zero":
            raise UnusualTrees(f"tree {tree} splits categories, or reads zeros as missing")
        cuts.setdefault(split["split_feature"], set()).add(split["threshold"])
    nan_apart = frozenset(split["split_feature"] for split in splits if split["missing_type"] == "NaN")
    return LeafGroup(
        tree, others, {feature: tuple(sorted(found)) for feature, found in sorted(cuts.items())}, nan_apart
    )


def _is_leaf(node: Node) -> bool:
    return "split_feature" not in node


def _children(node: Node) -> tuple[Node, Node]:
    return node["left_child"], node["right_child"]


def _splits(node: Node) -> list[Node]:
    return [] if _is_leaf(node) else [node, *(split for child in _children(node) for split in _splits(child))]


def _leaves(node: Node) -> dict[int, float]:
    """The value of each leaf below a node, by number."""
    if _is_leaf(node):
        return {node.get("leaf_index", 0): node["leaf_value"]}  # a tree without a split numbers no leaf
    left, right = map(_leaves, _children(node))
    return left | right


def all_cuts(groups: Sequence[LeafGroup]) -> Mapping[int, FloatArray]:
    """Every cut of each feature, ascending."""
    found: dict[int, set[float]] = {}
    for group in groups:
        for feature, cuts in group.cuts.items():
            found.setdefault(feature, set()).update(cuts)
    return {feature: np.array(sorted(cuts)) for feature, cuts in sorted(found.items())}


def codes_of(values: FloatArray, cuts: FloatArray) -> IntArray:
    """How many cuts lie below each value; NaN is one more than all of them.

    >>> codes_of(np.array([0.5, 1.0, 1.5, np.nan]), np.array([1.0, 2.0])).tolist()
    [0, 0, 1, 3]
    """
    below = np.searchsorted(cuts, values, side="left")
    return np.where(np.isnan(values), len(cuts) + 1, below).astype(np.intp)


def answers_of_codes(group: LeafGroup, cuts: Mapping[int, FloatArray]) -> Mapping[int, WayArray]:
    """What each code of a feature adds to the number of a row's way, which has a digit for each feature.

    >>> group = LeafGroup(0, (), {3: (2.0,), 7: (1.0, 5.0)}, frozenset([7]))
    >>> added = answers_of_codes(group, {3: np.array([2.0, 4.0]), 7: np.array([1.0, 5.0])})
    >>> added[3].tolist(), added[7].tolist()
    ([0, 1, 1, 0], [0, 2, 4, 6])
    """
    added, step = {}, 1
    for feature, own in group.cuts.items():
        below = [0, *np.searchsorted(own, cuts[feature], side="right")]
        of_nan = len(own) + 1 if feature in group.nan_apart else np.searchsorted(own, 0.0, side="left")
        added[feature] = (np.array([*below, of_nan]) * step).astype(np.uint16)
        step *= group.n_answers(feature)
    return added
