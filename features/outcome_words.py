"""The words by which a deal says how it ended."""

from collections.abc import Sequence

import numpy as np
from pydantic import StrictBool, StrictFloat, StrictInt, StrictStr

from features.tables import BoolArray

#: Strict, since pydantic would else read true as 1.
OutcomeWord = StrictStr | StrictBool | StrictInt | StrictFloat


def is_among(cells: Sequence[str], said: OutcomeWord | list[OutcomeWord]) -> BoolArray:
    """Whether each cell is one of the words; case and outer blanks do not matter, and 1.0 is 1.

    >>> is_among([" Won", "1.0", "lost"], ["won", 1]).tolist()
    [True, True, False]
    """
    words = words_of(said)
    return np.array([_word(cell) in words for cell in cells], dtype=np.bool_)


def words_of(said: OutcomeWord | list[OutcomeWord]) -> set[str]:
    """The words in the one spelling that they are compared in."""
    return {_word(str(word)) for word in (said if isinstance(said, list) else [said])}


def _word(text: str) -> str:
    word = text.strip().casefold()
    try:
        return repr(float(word))
    except ValueError:
        return word
