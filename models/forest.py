"""The trees of a LightGBM text model as numbers, and whether each of them is a tree.

What is read here are the values of the lines; `models.booster_text` finds the lines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from features.tables import BoolArray, FloatArray, IntArray

#: Key of a line -> its value in each tree, in the order of the trees.
TreeLines = Mapping[str, Sequence[str]]

MAX_LEAVES = 1024  # in one tree; bounds its depth too: pred_contrib takes memory with the square of the depth
MAX_LEAF_VALUE = 1e30  # no log-odds comes near; a sum of trees stays finite
MAX_DIGITS = 32  # of a number; LightGBM writes 17 and an exponent
MAX_INT = 2**31 - 1  # LightGBM reads into int
# Bit 0: categorical, never ours; 1: missing goes left; 2 and 3: missing is nothing, zero or NaN (LightGBM's tree.h).
DECISION_TYPES = (0, 2, 4, 6, 8, 10)
_NUMBER_CHARACTERS = b"0123456789+-.e "


class BrokenBooster(ValueError):
    """The text is not a whole LightGBM model of ours; LightGBM must not read it.

    Parameters
    ----------
    where : the line or array.
    found : what it has; cut short, since damage can be long.
    expected : what it should have.
    tree : the number of the tree it is in, if it is in one.
    """

    def __init__(self, where: str, found: object, expected: str, *, tree: int | None = None) -> None:
        place = "booster text" if tree is None else f"booster text, tree {tree}"
        shown = found if isinstance(found, (int, float)) else repr(str(found)[:60])
        super().__init__(f"{place}: {where} has {shown}, expected {expected}; restore the bundle or train again")


@dataclass(frozen=True)
class Forest:
    """The splits and leaves of all trees, end to end; children are numbered within their tree, leaf k as -k-1."""

    leaves: IntArray
    split_feature: IntArray
    decision_type: IntArray
    left_child: IntArray
    right_child: IntArray
    leaf_value: FloatArray
    leaf_count: IntArray
    internal_count: IntArray

    @property
    def tree_of_node(self) -> IntArray:
        return np.repeat(np.arange(self.leaves.size), self.leaves - 1)

    @property
    def tree_of_leaf(self) -> IntArray:
        return np.repeat(np.arange(self.leaves.size), self.leaves)


def read_forest(lines: TreeLines) -> Forest:
    """The numbers of the trees.

    Raises
    ------
    BrokenBooster : one is not finite, or a tree has not as many as leaves or splits.
    """
    one = [1] * len(lines["Tree"])
    leaves = _ints("num_leaves", lines, one)
    _refuse("num_leaves", leaves, (leaves < 1) | (leaves > MAX_LEAVES), np.arange(leaves.size), f"1 to {MAX_LEAVES}")
    for key in ("num_cat", "is_linear"):
        numbers = _ints(key, lines, one)
        _refuse(key, numbers, numbers != 0, np.arange(leaves.size), "0")
    _floats("shrinkage", lines, one)
    splits, ends = (leaves - 1).tolist(), leaves.tolist()
    _floats("threshold", lines, splits, is_limit=True)
    for key in ("split_gain", "internal_value", "internal_weight"):
        _floats(key, lines, splits)
    # A tree without a split carries no weight of its leaf.
    _floats("leaf_weight", lines, [size if size > 1 else 0 for size in ends])
    return Forest(
        leaves=leaves,
        leaf_value=_floats("leaf_value", lines, ends),
        leaf_count=_ints("leaf_count", lines, ends),
        split_feature=_ints("split_feature", lines, splits),
        decision_type=_ints("decision_type", lines, splits),
        left_child=_ints("left_child", lines, splits),
        right_child=_ints("right_child", lines, splits),
        internal_count=_ints("internal_count", lines, splits),
    )


def _ints(key: str, lines: TreeLines, sizes: list[int]) -> IntArray:
    tokens = _tokens(key, lines[key], sizes)
    try:
        numbers = np.array(list(map(int, tokens)), dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise BrokenBooster(key, error, "whole numbers") from error
    _refuse(key, numbers, abs(numbers) > MAX_INT, np.repeat(np.arange(len(sizes)), sizes), f"at most {MAX_INT}")
    return numbers


def _floats(key: str, lines: TreeLines, sizes: list[int], *, is_limit: bool = False) -> FloatArray:
    """The finite numbers of one line of all trees; a limit may be inf, for a split of known from missing."""
    tokens = _tokens(key, lines[key], sizes, characters=_NUMBER_CHARACTERS + b"inf" * is_limit)
    try:
        numbers = np.array(list(map(float, tokens)), dtype=np.float64)
    except ValueError as error:
        raise BrokenBooster(key, error, "numbers") from error
    is_bad = ~np.isfinite(numbers)
    if is_limit and is_bad.any():
        is_bad &= np.array([token != "inf" for token in tokens])
    _refuse(key, numbers, is_bad, np.repeat(np.arange(len(sizes)), sizes), "finite numbers")
    return numbers


def _tokens(key: str, values: Sequence[str], sizes: list[int], *, characters: bytes = _NUMBER_CHARACTERS) -> list[str]:
    """The words of one line of all trees, each line with as many as expected and of characters that make numbers."""
    for tree, (value, size) in enumerate(zip(values, sizes, strict=True)):
        count = value.count(" ") + 1 if value else 0
        if count != size or len(value) > size * MAX_DIGITS:
            raise BrokenBooster(key, f"{count} values in {len(value)} characters", f"{size} numbers", tree=tree)
        if odd := value.encode().translate(None, characters):
            raise BrokenBooster(key, odd.decode(), "finite numbers", tree=tree)
    joined = " ".join(value for value in values if value)
    return joined.split(" ") if joined else []


def _refuse(key: str, numbers: IntArray | FloatArray, is_bad: BoolArray, tree_of: IntArray, expected: str) -> None:
    if is_bad.any():
        first = int(is_bad.argmax())
        raise BrokenBooster(key, numbers[first].item(), expected, tree=int(tree_of[first]))


def check_forest(forest: Forest, *, feature_count: int) -> None:
    """Returns if each index points inside, and each tree is one: every split and leaf hangs once, below its parent.

    Raises
    ------
    BrokenBooster : the first number that does not fit.
    """
    tree_of, features = forest.tree_of_node, forest.split_feature
    kinds, values = forest.decision_type, forest.leaf_value
    is_outside = (features < 0) | (features >= feature_count)
    _refuse("split_feature", features, is_outside, tree_of, f"0 to {feature_count - 1}")
    _refuse("decision_type", kinds, ~np.isin(kinds, DECISION_TYPES), tree_of, f"one of {DECISION_TYPES}")
    _refuse("leaf_value", values, abs(values) > MAX_LEAF_VALUE, forest.tree_of_leaf, f"at most {MAX_LEAF_VALUE}")
    _check_counts(forest, *_check_children(forest))


def _check_children(forest: Forest) -> tuple[IntArray, IntArray]:
    """Where the children of each split stand among leaves, then splits; each is used once, below its parent.

    LightGBM numbers a child after its parent. Used once alone is not enough: a ring apart from the root has that too.
    """
    tree_of, leaves, splits = forest.tree_of_node, forest.leaves, forest.leaves - 1
    first_leaf, first_split = np.cumsum(leaves) - leaves, np.cumsum(splits) - splits + leaves.sum()
    own_number = np.arange(tree_of.size) + leaves.sum() - first_split[tree_of]
    places = []
    for key, child in (("left_child", forest.left_child), ("right_child", forest.right_child)):
        is_leaf = child < 0
        is_outside = np.where(is_leaf, child < -leaves[tree_of], (child <= own_number) | (child >= splits[tree_of]))
        _refuse(key, child, is_outside, tree_of, "a later split of the tree, or minus one of its leaves")
        places.append(np.where(is_leaf, first_leaf[tree_of] - child - 1, first_split[tree_of] + child))
    uses = np.bincount(np.concatenate(places), minlength=int(leaves.sum() + splits.sum()))
    uses[first_split[splits > 0]] += 1  # the root hangs on nothing
    uses[first_leaf[splits == 0]] += 1  # nor does the leaf of a tree without a split
    tree_of_place = np.concatenate([forest.tree_of_leaf, tree_of])
    _refuse("left_child or right_child", uses, uses != 1, tree_of_place, "each split and leaf to be used once")
    return places[0], places[1]


def _check_counts(forest: Forest, left_place: IntArray, right_place: IntArray) -> None:
    """pred_contrib divides by the rows of a split, and sums to the score only if they are those of its children."""
    counts, tree_of = np.concatenate([forest.leaf_count, forest.internal_count]), forest.tree_of_node
    own, children = forest.internal_count, (counts[left_place], counts[right_place])
    _refuse("leaf_count or internal_count", own, np.minimum(*children) < 1, tree_of, "at least one row on each side")
    _refuse("internal_count", own, children[0] + children[1] != own, tree_of, "the sum of its children")
