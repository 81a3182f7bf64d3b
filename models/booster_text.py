"""Whether a LightGBM text model is whole, asked before LightGBM reads it.

LightGBM checks little of what it reads: a wrong child index or a cut file ends the process, or never returns
(open reports: https://github.com/lightgbm-org/LightGBM/issues/7357, 7437, 7438). Nothing here imports LightGBM.
The layout is that of LightGBM 4's text models (``src/boosting/gbdt_model_text.cpp``, ``src/io/tree.cpp``).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
TreeLines = dict[str, list[str]]  # key of a line -> its value in each tree, in the order of the trees

MAX_BYTES = 16 * 2**20  # ten times what 10,000 leaves take
MAX_TRAILER = 2**20  # what follows the trees: feature importances and parameters, a few kB
MAX_LEAVES = 1024  # in one tree; bounds its depth too: pred_contrib takes memory with the square of the depth
MAX_LEAF_VALUE = 1e30  # no log-odds comes near; a sum of trees stays finite
MAX_DIGITS = 32  # of a number; LightGBM writes 17 and an exponent
MAX_INT = 2**31 - 1  # LightGBM reads into int
# Bit 0: categorical, never ours; 1: missing goes left; 2 and 3: missing is nothing, zero or NaN (LightGBM's tree.h).
DECISION_TYPES = (0, 2, 4, 6, 8, 10)

_HEADER_KEYS = [
    "version", "num_class", "num_tree_per_iteration", "label_index", "max_feature_idx",
    "objective", "feature_names", "feature_infos", "tree_sizes",
]  # fmt: skip
_HEADER_VALUES = {
    "version": "v4",
    "num_class": "1",
    "num_tree_per_iteration": "1",
    "label_index": "0",
    "objective": "binary sigmoid:1",
}
_TREE_KEYS = [
    "Tree", "num_leaves", "num_cat", "split_feature", "split_gain", "threshold", "decision_type", "left_child",
    "right_child", "leaf_value", "leaf_weight", "leaf_count", "internal_value", "internal_weight", "internal_count",
    "is_linear", "shrinkage",
]  # fmt: skip
_FEATURE_INFO = re.compile(r"none|\[[-+.0-9a-z]+:[-+.0-9a-z]+\]")
_CONTROLS = bytes(set(range(32)) - {10}) + b"\x7f"
_NUMBER_CHARACTERS = b"0123456789+-.e "
_TRAILER = re.compile(
    r"end of trees\n\nfeature_importances:\n(?:[^\n]+=[0-9]+\n)*"
    r"\nparameters:\n(?P<parameters>(?:\[[a-z0-9_]+: [^\n\"\\]*\]\n)+)\nend of parameters\n"
    r"\npandas_categorical:(?:null|\[\])\n"
)


class BrokenBooster(ValueError):
    """The text is not a whole LightGBM model of ours; LightGBM must not read it."""


@dataclass(frozen=True)
class _Forest:
    """The splits and leaves of all trees, end to end; children are numbered within their tree, leaf k as -k-1."""

    leaves: Ints
    split_feature: Ints
    decision_type: Ints
    left_child: Ints
    right_child: Ints
    leaf_value: Floats
    leaf_count: Ints
    internal_count: Ints

    @property
    def tree_of_node(self) -> Ints:
        return np.repeat(np.arange(self.leaves.size), self.leaves - 1)

    @property
    def tree_of_leaf(self) -> Ints:
        return np.repeat(np.arange(self.leaves.size), self.leaves)


def check_booster_text(text: str, *, feature_names: Sequence[str]) -> None:
    """Returns if LightGBM can read and score the text safely; damage that keeps the shape is for the hash to see.

    Parameters
    ----------
    text: what ``Booster.model_to_string()`` gave: binary objective, numeric splits, one tree per iteration.
    feature_names: the model's columns, in their order.

    Raises
    ------
    BrokenBooster: says what was found, what was expected, and what to do.

    >>> import lightgbm, numpy
    >>> rows = lightgbm.Dataset(numpy.arange(60.0)[:, None], numpy.arange(60) > 30, feature_name=["calls"])
    >>> text = lightgbm.train({"objective": "binary", "verbose": -1}, rows, 2).model_to_string()
    >>> check_booster_text(text, feature_names=["calls"])
    >>> check_booster_text(text, feature_names=["visits"])  # doctest: +IGNORE_EXCEPTION_DETAIL
    Traceback (most recent call last):
    BrokenBooster: booster text: feature_names at 0 has 'calls', expected 'visits'; restore the bundle or train again
    """
    _check_characters(text)
    head, _, rest = text.partition("\n\n")
    sizes = _check_header(head.split("\n"), list(feature_names))
    trees, trailer = rest[: sum(sizes)], rest[sum(sizes) :]
    if not trees.isascii() or not trailer.startswith("end of trees\n"):
        raise _broken("tree_sizes", trailer[:20], "the trees to end at 'end of trees' by the sizes given")
    _check_forest(_forest(_tree_lines(trees, sizes)), feature_count=len(feature_names))
    _check_trailer(trailer)


def _broken(where: str, found: object, expected: str, *, tree: int | None = None) -> BrokenBooster:
    """The error to raise; the text is cut short, since damage can be long."""
    place = "booster text" if tree is None else f"booster text, tree {tree}"
    shown = found if isinstance(found, (int, float)) else repr(str(found)[:60])
    return BrokenBooster(f"{place}: {where} has {shown}, expected {expected}; restore the bundle or train again")


def _check_characters(text: str) -> None:
    try:
        data = text[: MAX_BYTES + 1].encode()
    except UnicodeEncodeError as error:
        raise _broken("a line", text[error.start].encode("unicode_escape").decode(), "UTF-8 text") from error
    if len(data) > MAX_BYTES:
        raise _broken("the text", f"{len(data)} bytes or more", f"at most {MAX_BYTES} bytes")
    if len(data.translate(None, _CONTROLS)) != len(data):
        raise _broken("a line", "a control character", "printable text")


def _check_header(lines: list[str], names: list[str]) -> list[int]:
    """The sizes in bytes of the trees, once all lines of the header are as expected."""
    if lines[0] != "tree":
        raise _broken("the first line", lines[0], "'tree'")
    keys = list(_HEADER_KEYS)
    if any(line.startswith("monotone_constraints=") for line in lines):
        keys.insert(keys.index("feature_infos"), "monotone_constraints")
    header = dict(zip(keys, _values(lines[1:], keys), strict=True))
    fixed = _HEADER_VALUES | {"max_feature_idx": str(len(names) - 1)}
    for key, expected in fixed.items():
        if header[key] != expected:
            raise _broken(key, header[key], repr(expected))
    _check_features(header, names)
    return _tree_sizes(header["tree_sizes"])


def _values(lines: list[str], keys: list[str], *, tree: int | None = None) -> list[str]:
    """What follows ``key=`` in each line, once each key is there, once, in LightGBM's order."""
    parts = [line.partition("=") for line in lines]
    found, wanted = [key + equals for key, equals, _ in parts], [f"{key}=" for key in keys]
    for key, expected in zip([*found, "no more lines"], [*wanted, "no more lines"], strict=False):
        if key != expected:
            raise _broken("a line", key, repr(expected), tree=tree)
    return [value for _, _, value in parts]


def _check_features(header: dict[str, str], names: list[str]) -> None:
    found = header["feature_names"].split(" ")
    for position, (name, expected) in enumerate(zip(found, names, strict=False)):
        if name != expected:
            raise _broken(f"feature_names at {position}", name, repr(expected[:60]))
    if len(found) != len(names):
        raise _broken("feature_names", f"{len(found)} names", f"{len(names)}")
    infos = header["feature_infos"].split(" ")
    if len(infos) != len(names) or not all(map(_FEATURE_INFO.fullmatch, infos)):
        raise _broken("feature_infos", header["feature_infos"], f"{len(names)} times 'none' or '[low:high]'")
    directions = header.get("monotone_constraints", " ".join("0" * len(names))).split(" ")
    if len(directions) != len(names) or not set(directions) <= {"-1", "0", "1"}:
        raise _broken("monotone_constraints", header["monotone_constraints"], f"{len(names)} times -1, 0 or 1")


def _tree_sizes(value: str) -> list[int]:
    if not re.fullmatch("[0-9]{1,8}( [0-9]{1,8})*", value):
        raise _broken("tree_sizes", value, "one size in bytes for each tree, at least one tree")
    return [int(size) for size in value.split(" ")]


def _tree_lines(trees: str, sizes: list[int]) -> TreeLines:
    """The values of each line of each tree, once the trees have the size, number and lines expected."""
    values = TreeLines((key, []) for key in _TREE_KEYS)
    start = 0
    for tree, size in enumerate(sizes):
        lines = trees[start : start + size].split("\n")
        if lines[0] != f"Tree={tree}" or lines[-3:] != ["", "", ""]:
            raise _broken("the place that tree_sizes gives", lines[0], f"'Tree={tree}' to its last line", tree=tree)
        for key, value in zip(_TREE_KEYS, _values(lines[:-3], _TREE_KEYS, tree=tree), strict=True):
            values[key].append(value)
        start += size
    return values


def _forest(lines: TreeLines) -> _Forest:
    """The numbers of the trees, each finite and as many as the tree has leaves or splits."""
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
    return _Forest(
        leaves=leaves,
        leaf_value=_floats("leaf_value", lines, ends),
        leaf_count=_ints("leaf_count", lines, ends),
        split_feature=_ints("split_feature", lines, splits),
        decision_type=_ints("decision_type", lines, splits),
        left_child=_ints("left_child", lines, splits),
        right_child=_ints("right_child", lines, splits),
        internal_count=_ints("internal_count", lines, splits),
    )


def _ints(key: str, lines: TreeLines, sizes: list[int]) -> Ints:
    tokens = _tokens(key, lines[key], sizes)
    try:
        numbers = np.array(list(map(int, tokens)), dtype=np.int64)
    except (ValueError, OverflowError) as error:
        raise _broken(key, error, "whole numbers") from error
    _refuse(key, numbers, abs(numbers) > MAX_INT, np.repeat(np.arange(len(sizes)), sizes), f"at most {MAX_INT}")
    return numbers


def _floats(key: str, lines: TreeLines, sizes: list[int], *, is_limit: bool = False) -> Floats:
    """The finite numbers of one line of all trees; a limit may be inf, for a split of known from missing."""
    tokens = _tokens(key, lines[key], sizes, characters=_NUMBER_CHARACTERS + b"inf" * is_limit)
    try:
        numbers = np.array(list(map(float, tokens)), dtype=np.float64)
    except ValueError as error:
        raise _broken(key, error, "numbers") from error
    is_bad = ~np.isfinite(numbers)
    if is_limit and is_bad.any():
        is_bad &= np.array([token != "inf" for token in tokens])
    _refuse(key, numbers, is_bad, np.repeat(np.arange(len(sizes)), sizes), "finite numbers")
    return numbers


def _tokens(key: str, values: list[str], sizes: list[int], *, characters: bytes = _NUMBER_CHARACTERS) -> list[str]:
    """The words of one line of all trees, each line with as many as expected and of characters that make numbers."""
    for tree, (value, size) in enumerate(zip(values, sizes, strict=True)):
        count = value.count(" ") + 1 if value else 0
        if count != size or len(value) > size * MAX_DIGITS:
            raise _broken(key, f"{count} values in {len(value)} characters", f"{size} numbers", tree=tree)
        if odd := value.encode().translate(None, characters):
            raise _broken(key, odd.decode(), "finite numbers", tree=tree)
    joined = " ".join(value for value in values if value)
    return joined.split(" ") if joined else []


def _refuse(key: str, numbers: Ints | Floats, is_bad: NDArray[np.bool_], tree_of: Ints, expected: str) -> None:
    if is_bad.any():
        first = int(is_bad.argmax())
        raise _broken(key, numbers[first].item(), expected, tree=int(tree_of[first]))


def _check_forest(forest: _Forest, *, feature_count: int) -> None:
    """Each index points inside, and each tree is one: every split and leaf hangs once, below its parent."""
    node_tree, features, kinds, values = (
        forest.tree_of_node,
        forest.split_feature,
        forest.decision_type,
        forest.leaf_value,
    )
    _refuse(
        "split_feature", features, (features < 0) | (features >= feature_count), node_tree, f"0 to {feature_count - 1}"
    )
    _refuse("decision_type", kinds, ~np.isin(kinds, DECISION_TYPES), node_tree, f"one of {DECISION_TYPES}")
    _refuse("leaf_value", values, abs(values) > MAX_LEAF_VALUE, forest.tree_of_leaf, f"at most {MAX_LEAF_VALUE}")
    _check_counts(forest, *_check_children(forest))


def _check_children(forest: _Forest) -> tuple[Ints, Ints]:
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


def _check_counts(forest: _Forest, left_place: Ints, right_place: Ints) -> None:
    """pred_contrib divides by the rows of a split, and sums to the score only if they are those of its children."""
    counts, tree_of = np.concatenate([forest.leaf_count, forest.internal_count]), forest.tree_of_node
    own, children = forest.internal_count, (counts[left_place], counts[right_place])
    _refuse("leaf_count or internal_count", own, np.minimum(*children) < 1, tree_of, "at least one row on each side")
    _refuse("internal_count", own, children[0] + children[1] != own, tree_of, "the sum of its children")


def _check_trailer(trailer: str) -> None:
    """LightGBM reads the parameters back: one line without a colon ends the process."""
    if len(trailer) > MAX_TRAILER:
        raise _broken("the part after the trees", f"{len(trailer)} characters", f"at most {MAX_TRAILER}")
    match = _TRAILER.fullmatch(trailer)
    if match is None:
        raise _broken("the end", trailer[-40:], "feature importances, parameters and pandas_categorical, each whole")
    names = [line.partition(":")[0] for line in match["parameters"].split("\n")]
    if len(set(names)) != len(names):
        raise _broken("parameters", "the same name twice", "each name once")
