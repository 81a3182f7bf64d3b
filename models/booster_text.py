"""Whether a LightGBM text model is whole, asked before LightGBM reads it.

LightGBM checks little of what it reads: a wrong child index or a cut file ends the process, or never returns
(open reports: https://github.com/lightgbm-org/LightGBM/issues/7357, 7437, 7438). Nothing here imports LightGBM.
The layout is that of LightGBM 4's text models (``src/boosting/gbdt_model_text.cpp``, ``src/io/tree.cpp``).
"""

import re
from collections.abc import Sequence

from models.forest import BrokenBooster, TreeLines, check_forest, read_forest

MAX_BYTES = 16 * 2**20  # ten times what 10,000 leaves take
MAX_TRAILER = 2**20  # what follows the trees: feature importances and parameters, a few kB

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
_TRAILER = re.compile(
    r"end of trees\n\nfeature_importances:\n(?:[^\n]+=[0-9]+\n)*"
    r"\nparameters:\n(?P<parameters>(?:\[[a-z0-9_]+: [^\n\"\\]*\]\n)+)\nend of parameters\n"
    r"\npandas_categorical:(?:null|\[\])\n"
)


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
        raise BrokenBooster("tree_sizes", trailer[:20], "the trees to end at 'end of trees' by the sizes given")
    check_forest(read_forest(_tree_lines(trees, sizes)), feature_count=len(feature_names))
    _check_trailer(trailer)


def _check_characters(text: str) -> None:
    try:
        data = text[: MAX_BYTES + 1].encode()
    except UnicodeEncodeError as error:
        raise BrokenBooster("a line", text[error.start].encode("unicode_escape").decode(), "UTF-8 text") from error
    if len(data) > MAX_BYTES:
        raise BrokenBooster("the text", f"{len(data)} bytes or more", f"at most {MAX_BYTES} bytes")
    if len(data.translate(None, _CONTROLS)) != len(data):
        raise BrokenBooster("a line", "a control character", "printable text")


def _check_header(lines: list[str], names: list[str]) -> list[int]:
    """The sizes in bytes of the trees, once all lines of the header are as expected."""
    if lines[0] != "tree":
        raise BrokenBooster("the first line", lines[0], "'tree'")
    keys = list(_HEADER_KEYS)
    if any(line.startswith("monotone_constraints=") for line in lines):
        keys.insert(keys.index("feature_infos"), "monotone_constraints")
    header = dict(zip(keys, _values(lines[1:], keys), strict=True))
    fixed = _HEADER_VALUES | {"max_feature_idx": str(len(names) - 1)}
    for key, expected in fixed.items():
        if header[key] != expected:
            raise BrokenBooster(key, header[key], repr(expected))
    _check_features(header, names)
    return _tree_sizes(header["tree_sizes"])


def _values(lines: list[str], keys: list[str], *, tree: int | None = None) -> list[str]:
    """What follows ``key=`` in each line, once each key is there, once, in LightGBM's order."""
    parts = [line.partition("=") for line in lines]
    found, wanted = [key + equals for key, equals, _ in parts], [f"{key}=" for key in keys]
    for key, expected in zip([*found, "no more lines"], [*wanted, "no more lines"], strict=False):
        if key != expected:
            raise BrokenBooster("a line", key, repr(expected), tree=tree)
    return [value for _, _, value in parts]


def _check_features(header: dict[str, str], names: list[str]) -> None:
    found = header["feature_names"].split(" ")
    for position, (name, expected) in enumerate(zip(found, names, strict=False)):
        if name != expected:
            raise BrokenBooster(f"feature_names at {position}", name, repr(expected[:60]))
    if len(found) != len(names):
        raise BrokenBooster("feature_names", f"{len(found)} names", f"{len(names)}")
    infos = header["feature_infos"].split(" ")
    if len(infos) != len(names) or not all(map(_FEATURE_INFO.fullmatch, infos)):
        raise BrokenBooster("feature_infos", header["feature_infos"], f"{len(names)} times 'none' or '[low:high]'")
    directions = header.get("monotone_constraints", " ".join("0" * len(names))).split(" ")
    if len(directions) != len(names) or not set(directions) <= {"-1", "0", "1"}:
        raise BrokenBooster("monotone_constraints", header["monotone_constraints"], f"{len(names)} times -1, 0 or 1")


def _tree_sizes(value: str) -> list[int]:
    if not re.fullmatch("[0-9]{1,8}( [0-9]{1,8})*", value):
        raise BrokenBooster("tree_sizes", value, "one size in bytes for each tree, at least one tree")
    return [int(size) for size in value.split(" ")]


def _tree_lines(trees: str, sizes: list[int]) -> TreeLines:
    """The values of each line of each tree, once the trees have the size, number and lines expected."""
    values = dict[str, list[str]]((key, []) for key in _TREE_KEYS)
    start = 0
    for tree, size in enumerate(sizes):
        lines = trees[start : start + size].split("\n")
        if lines[0] != f"Tree={tree}" or lines[-3:] != ["", "", ""]:
            raise BrokenBooster(
                "the place that tree_sizes gives", lines[0], f"'Tree={tree}' to its last line", tree=tree
            )
        for key, value in zip(_TREE_KEYS, _values(lines[:-3], _TREE_KEYS, tree=tree), strict=True):
            values[key].append(value)
        start += size
    return values


def _check_trailer(trailer: str) -> None:
    """LightGBM reads the parameters back: one line without a colon ends the process."""
    if len(trailer) > MAX_TRAILER:
        raise BrokenBooster("the part after the trees", f"{len(trailer)} characters", f"at most {MAX_TRAILER}")
    match = _TRAILER.fullmatch(trailer)
    if match is None:
        raise BrokenBooster(
            "the end", trailer[-40:], "feature importances, parameters and pandas_categorical, each whole"
        )
    names = [line.partition(":")[0] for line in match["parameters"].split("\n")]
    if len(set(names)) != len(names):
        raise BrokenBooster("parameters", "the same name twice", "each name once")
