"""The text of a small booster, and edits of it."""

import re
from collections.abc import Callable

import lightgbm
import numpy as np

from models.booster_text import check_booster_text
from models.forest import BrokenBooster

Edit = Callable[[str], str]
NAMES = ["calls", "mails", "visits", "größe"]
LEAVES = 5


def trained_text(rounds: int = 3, *, rows: int = 400, init_score: float | None = None, **params: object) -> str:
    rng = np.random.default_rng(0)
    values = rng.normal(size=(rows, len(NAMES)))
    values[rng.random(values.shape) < 0.1] = np.nan
    won = np.nan_to_num(values[:, 0]) + rng.normal(size=rows) > 0
    scores = None if init_score is None else np.full(rows, init_score)
    data = lightgbm.Dataset(values, won, feature_name=NAMES, init_score=scores)
    settled = {
        "objective": "binary",
        "num_leaves": LEAVES,
        "verbose": -1,
        "num_threads": 1,
        "deterministic": True,
        **params,
    }
    return lightgbm.train(settled, data, rounds).model_to_string()


def resized(text: str) -> str:
    """The same text with sizes in the header that fit its trees, so that only the other fault shows."""
    head, sep, rest = text.partition("\n\n")
    trees, end, tail = rest.partition("end of trees")
    sizes = " ".join(
        str(len(tree.encode(errors="replace"))) for tree in re.split(r"^(?=Tree=)", trees, flags=re.MULTILINE) if tree
    )
    return re.sub(r"(?<=\ntree_sizes=).*", sizes, head) + sep + trees + end + tail


def line(key: str, change: Edit | str) -> Edit:
    """An edit of the value in the first line with the key."""

    def edit(text: str) -> str:
        def value(match: re.Match[str]) -> str:
            return change if isinstance(change, str) else change(match[0])

        edited = re.sub(rf"(?<=^{key}=).*", value, text, count=1, flags=re.MULTILINE)
        assert edited != text
        return resized(edited)

    return edit


def word(position: int, new: str) -> Edit:
    return lambda value: " ".join([*value.split(" ")[:position], new, *value.split(" ")[position:][1:]])


def replaced(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return resized(text.replace(old, new, 1))

    return edit


def is_refused(text: str) -> bool:
    try:
        check_booster_text(text, feature_names=NAMES)
    except BrokenBooster:
        return True
    return False


MODEL = trained_text(init_score=0.2)
